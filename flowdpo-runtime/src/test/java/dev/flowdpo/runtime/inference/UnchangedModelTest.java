package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.TensorInfo;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Adapters that change nothing are no work, and change nothing. */
class UnchangedModelTest {
  /** Added to a number that is not tiny, a product with it is lost in the rounding. */
  private static final float BELOW_ROUNDING = 1e-35f;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void givesTheTokensOfTheSideBranchesComputed(Architecture architecture) {
    RandomModels.write(folder, architecture, DataType.F32);
    try (FrozenBase base = open()) {
      AdapterSnapshot computed = adapter(base.config(), BELOW_ROUNDING);
      assertThat(computed.changesModel()).isTrue();
      String expected = written(base, computed);
      assertThat(written(base, adapter(base.config(), 0))).isEqualTo(expected);
      assertThat(written(base, AdapterSnapshot.none(base.config()))).isEqualTo(expected);
    }
  }

  @Test
  void hasInputsOfNoElements() {
    RandomModels.write(folder, Architecture.LLAMA, DataType.F32);
    try (FrozenBase base = open()) {
      ModelConfig config = base.config();
      AdapterLayout oneLayer = AdapterLayout.of(config, 4, List.of("q_proj"));
      float[] none = new float[oneLayer.size()];
      for (AdapterSnapshot unchanged :
          List.of(
              AdapterSnapshot.none(config),
              adapter(config, 0),
              AdapterSnapshot.of(oneLayer, 4, 0, none))) {
        assertThat(elements(base, unchanged)).isZero();
      }
      assertThat(elements(base, adapter(config, BELOW_ROUNDING)))
          .isEqualTo(AdapterLayout.of(config, 4).size());
    }
  }

  private FrozenBase open() {
    return FrozenBase.load(Checkpoint.open(folder), new SessionSettings(1, 128));
  }

  /** Random A; all B have the value. */
  private static AdapterSnapshot adapter(ModelConfig config, float value) {
    AdapterLayout layout = AdapterLayout.of(config, 4);
    float[] values = AdapterSnapshot.initial(layout, 4, 0, 3).values();
    for (int site = 0; site < layout.sites().size(); site++) {
      int begin = layout.offsetOfB(site);
      Arrays.fill(values, begin, begin + layout.sizeOfB(site), value);
    }
    return AdapterSnapshot.of(layout, 4, 0, values);
  }

  private static long elements(FrozenBase base, AdapterSnapshot adapter) {
    try (AdapterTensors.Factors factors = base.adapter(adapter)) {
      long sum = 0;
      for (Map.Entry<String, OnnxTensorLike> input : factors.inputs().entrySet()) {
        sum += ((TensorInfo) input.getValue().getInfo()).getNumElements();
      }
      return sum;
    }
  }

  /** What the model reads, writes and gives others' words: every number in full. */
  private static String written(FrozenBase base, AdapterSnapshot adapter) {
    List<Completion> completions = RandomModels.completions(3);
    List<Prefill.Request> requests = new ArrayList<>();
    completions.forEach(c -> requests.add(new Prefill.Request(KvPath.EMPTY, c.prompt())));
    List<Prefill.Result> read = new Prefill(base).run(adapter, requests, new int[] {1, 2, 3});
    List<ChunkDecoder.Row> rows = new ArrayList<>();
    StringBuilder all = new StringBuilder();
    for (Prefill.Result result : read) {
      all.append(Arrays.toString(result.logProbabilities()));
      KvPath path = result.path();
      rows.add(new ChunkDecoder.Row(path, 5, true, rows.size(), 0));
    }
    new ChunkDecoder(base)
        .run(adapter, rows, 20, SamplingOptions.of(1), terminate -> {})
        .forEach(
            d ->
                all.append(Arrays.toString(d.tokens()))
                    .append(Arrays.toString(d.logProbabilities())));
    new CompletionScorer(base)
        .tokenLogProbabilities(adapter, completions)
        .forEach(scores -> all.append(Arrays.toString(scores)));
    return all.toString();
  }
}
