package dev.flowdpo.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.checkpoint.CheckpointContents.Tensor;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.ModelTensor;
import dev.flowdpo.runtime.checkpoint.ParameterKind;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.graph.ChunkGraph;
import dev.flowdpo.runtime.graph.ElementType;
import dev.flowdpo.runtime.graph.FrozenData;
import dev.flowdpo.runtime.graph.MatrixPlan;
import dev.flowdpo.runtime.inference.SessionSettings;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Sums that can be checked against the model and its graphs, and rules that estimates keep. */
class ModelMemoryTest {
  private static final DecodingLoad DECODING = new DecodingLoad(2, 20, 8);
  private static final TrainingLoad TRAINING = new TrainingLoad(2, 24, 6, false);
  private static final int POSITIONS = 64;

  private static CheckpointContents contents(Architecture architecture, DataType type) {
    ModelConfig config =
        RandomCheckpoint.config(
            new RandomCheckpoint.Shape(
                architecture, 300, 64, 2, 4, 2, OptionalInt.of(16), 96, POSITIONS));
    ImmutableList.Builder<Tensor> tensors = ImmutableList.builder();
    ModelTensor.of(config)
        .forEach(
            tensor ->
                tensors.add(new Tensor(tensor.name(), tensor.kind(), type.name(), tensor.shape())));
    return new CheckpointContents(config, ImmutableList.of(), tensors.build());
  }

  private static ModelMemory memory(Quantization quantization, WeightPacking packing) {
    return memory(contents(Architecture.LLAMA, DataType.F32), quantization, packing);
  }

  private static ModelMemory memory(
      CheckpointContents contents, Quantization quantization, WeightPacking packing) {
    SessionSettings settings =
        SessionSettings.defaults().withQuantization(quantization).withPacking(packing);
    return ModelMemory.of(contents, settings, 4);
  }

  private static long bytes(MemoryEstimate estimate, String name) {
    return estimate.parts().stream()
        .filter(part -> part.name().startsWith(name))
        .mapToLong(MemoryPart::bytes)
        .sum();
  }

  @Example
  void weightsLieInMappedFilesWhereTheyAreF32AndElseInDirectMemory() {
    for (DataType type : DataType.values()) {
      CheckpointContents contents = contents(Architecture.QWEN3, type);
      MemoryEstimate estimate =
          memory(contents, Quantization.NONE, WeightPacking.NONE).decoding(DECODING);
      long parameters = contents.config().parameters();
      assertThat(bytes(estimate, "weights")).isEqualTo(4 * parameters);
      assertThat(estimate.total(MemoryPlace.MAPPED_FILES))
          .isEqualTo(type == DataType.F32 ? 4 * parameters : 0);
      assertThat(estimate.total(MemoryPlace.DIRECT))
          .isGreaterThanOrEqualTo(type == DataType.F32 ? 0 : 4 * parameters);
    }
  }

  @Example
  void weightsAreThoseThatTheGraphsHold() {
    for (Architecture architecture : Architecture.values()) {
      for (Quantization quantization : Quantization.values()) {
        CheckpointContents contents = contents(architecture, DataType.F32);
        MemoryEstimate estimate =
            memory(contents, quantization, WeightPacking.NONE).decoding(DECODING);
        assertThat(bytes(estimate, "weights"))
            .as("%s in %s", architecture, quantization)
            .isEqualTo(heldByTheGraph(contents.config(), quantization));
      }
    }
  }

  /** The weights of the decoding graph but rotary tables; codes in two shapes count once. */
  private static long heldByTheGraph(ModelConfig config, Quantization quantization) {
    Set<String> counted = new HashSet<>();
    long bytes = 0;
    var weights = ChunkGraph.build(config, POSITIONS, MatrixPlan.of(quantization)).weights();
    for (var weight : weights.entrySet()) {
      FrozenData data = weight.getKey();
      String once = data instanceof FrozenData.Codes codes ? codes.run() : data.name();
      if (!data.tensor().startsWith("rotary.") && counted.add(once)) {
        long size = weight.getValue().type() == ElementType.UINT8 ? 1 : 4;
        bytes += size * weight.getValue().shape().elements();
      }
    }
    return bytes;
  }

  @Example
  void packedCopiesAreOfTheMatricesThatAreMultipliedBy() {
    CheckpointContents contents = contents(Architecture.LLAMA, DataType.F32);
    long matrices = 4 * contents.parameters(t -> t.kind() == ParameterKind.LINEAR);
    matrices += 4 * 300 * 64; // the vocabulary projection, tied or not
    String packed = "packed matrices";
    assertThat(bytes(memory(Quantization.NONE, WeightPacking.NONE).decoding(DECODING), packed))
        .isZero();
    assertThat(bytes(memory(Quantization.NONE, WeightPacking.DECODING).decoding(DECODING), packed))
        .isEqualTo(matrices);
    assertThat(bytes(memory(Quantization.NONE, WeightPacking.ALL).decoding(DECODING), packed))
        .isEqualTo(2 * matrices);
    assertThat(bytes(memory(Quantization.NONE, WeightPacking.DECODING).training(TRAINING), packed))
        .isZero();
    assertThat(bytes(memory(Quantization.NONE, WeightPacking.ALL).training(TRAINING), packed))
        .isEqualTo(3 * matrices);
    assertThat(bytes(memory(Quantization.INT8, WeightPacking.ALL).training(TRAINING), packed))
        .isZero();
    // A byte a weight; a factor and a sum for every 32.
    assertThat(bytes(memory(Quantization.INT8, WeightPacking.DECODING).decoding(DECODING), packed))
        .isEqualTo(2 * (matrices / 4 + matrices / 4 / 32 * 8));
  }

  @Example
  void keysAndValuesAreThoseOfBothModels() {
    MemoryEstimate estimate = memory(Quantization.NONE, WeightPacking.NONE).decoding(DECODING);
    long token = 2 * 4 * 2 * (2 * 16);
    assertThat(bytes(estimate, "keys and values")).isEqualTo(2 * (2 * (20 + 8) + 32) * token);
    assertThat(estimate.total(MemoryPlace.HEAP)).isEqualTo(bytes(estimate, "keys and values"));
  }

  @Example
  void fewerBitsTakeLess() {
    for (WeightPacking packing : WeightPacking.values()) {
      long full = memory(Quantization.NONE, packing).decoding(DECODING).total();
      long eight = memory(Quantization.INT8, packing).decoding(DECODING).total();
      long four = memory(Quantization.INT4, packing).decoding(DECODING).total();
      assertThat(eight).isLessThan(full);
      assertThat(four).isLessThan(eight);
    }
  }

  @Example
  void trainingDequantisesOneMatrixAtATime() {
    // So few tokens that the vocabulary projection takes more than all they give.
    TrainingLoad few = new TrainingLoad(1, 2, 1, false);
    String scoring = "results while scoring";
    long full = bytes(memory(Quantization.NONE, WeightPacking.NONE).training(few), scoring);
    long eight = bytes(memory(Quantization.INT8, WeightPacking.NONE).training(few), scoring);
    long largest = 4 * 300 * 64;
    assertThat(eight - full).isBetween(largest / 2, largest + largest / 16);
  }

  @Example
  void dropoutTakesMasksAndInputsOfTheirOwn() {
    ModelMemory memory = memory(Quantization.NONE, WeightPacking.NONE);
    // A byte an element; the row of a pair is its prompt of 18 and twice 5 of its 6 tokens.
    long masks = 2L * (18 + 2 * 5) * 2 * (6 * 64 + 96);
    MemoryEstimate with = memory.training(new TrainingLoad(2, 24, 6, true));
    MemoryEstimate without = memory.training(TRAINING);
    assertThat(bytes(with, "inputs") - bytes(without, "inputs")).isEqualTo(masks);
    assertThat(bytes(with, "kept")).isGreaterThan(bytes(without, "kept"));
  }

  @Example
  void learningTakesBothButWeightsOnce() {
    ModelMemory memory = memory(Quantization.NONE, WeightPacking.DECODING);
    MemoryEstimate both = memory.learning(DECODING, TRAINING);
    assertThat(both.total())
        .isLessThan(memory.decoding(DECODING).total() + memory.training(TRAINING).total())
        .isGreaterThan(memory.decoding(DECODING).total())
        .isGreaterThan(memory.training(TRAINING).total());
    assertThat(bytes(both, "weights")).isEqualTo(bytes(memory.decoding(DECODING), "weights"));
  }

  @Property(tries = 15)
  void moreOfAnythingTakesHardlyLess(
      @ForAll @IntRange(min = 1, max = 300) int batch,
      @ForAll @IntRange(min = 1, max = 40) int tokens,
      @ForAll @IntRange(min = 1, max = 20) int more) {
    ModelMemory memory = memory(Quantization.INT4, WeightPacking.DECODING);
    long decoding = memory.decoding(new DecodingLoad(batch, tokens, tokens)).total();
    assertThat(memory.decoding(new DecodingLoad(batch + more, tokens, tokens)).total())
        .isGreaterThan(decoding);
    // A run that reads takes whole rows up to so many tokens: longer rows may fill it less.
    long hardlyLess = decoding * 9 / 10;
    assertThat(memory.decoding(new DecodingLoad(batch, tokens + more, tokens)).total())
        .isGreaterThan(hardlyLess);
    assertThat(memory.decoding(new DecodingLoad(batch, tokens, tokens + more)).total())
        .isGreaterThan(hardlyLess);
    TrainingLoad load = new TrainingLoad(batch, tokens + 1, 1, false);
    long training = memory.training(load).total();
    assertThat(memory.training(new TrainingLoad(batch + more, tokens + 1, 1, false)).total())
        .isGreaterThanOrEqualTo(training);
    assertThat(memory.training(new TrainingLoad(1, tokens + 1 + more, 1, false)).total())
        .isGreaterThan(memory.training(new TrainingLoad(1, tokens + 1, 1, false)).total());
  }

  @Example
  void anUpdateOfManyPairsGoesThroughTheModelInParts() {
    ModelMemory memory = memory(Quantization.NONE, WeightPacking.NONE);
    TrainingLoad many = new TrainingLoad(10_000, 64, 8, false);
    assertThat(memory.training(many).total())
        .isEqualTo(memory.training(new TrainingLoad(200, 64, 8, false)).total());
  }

  @Example
  void refusesLoadsOfNothing() {
    assertThatThrownBy(() -> new DecodingLoad(0, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("batch must be positive, found 0");
    assertThatThrownBy(() -> new TrainingLoad(1, 8, 8, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tokens must be more than the 8 of the completion, found 8");
  }

  @Example
  void knowsTheMachine() {
    assertThat(MachineMemory.bytes()).isGreaterThan(1L << 28);
  }
}
