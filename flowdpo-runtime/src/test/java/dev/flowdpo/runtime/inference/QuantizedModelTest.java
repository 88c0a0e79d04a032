package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Ints;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import dev.flowdpo.runtime.graph.MatrixPlan;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import dev.flowdpo.runtime.training.PreferenceGradient;
import dev.flowdpo.value.TokenIds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A quantised model against its twin: the same model in full precision, with weights that this test
 * works out from the codes.
 */
@Tag("slow")
class QuantizedModelTest {
  @TempDir private Path folder;

  /** Every architecture in the library's formats, and one in formats that it does not have. */
  static Stream<Arguments> models() {
    Stream<Arguments> known =
        Arrays.stream(Architecture.values())
            .flatMap(
                architecture ->
                    Stream.of(Quantization.INT8, Quantization.INT4)
                        .map(mode -> arguments(architecture, MatrixFormats.of(mode))));
    // Rows of 64 and 96: 2 and 3 blocks of 32, 4 and 6 of 16.
    Stream<Arguments> others =
        Stream.of(4, 8)
            .flatMap(
                bits ->
                    Stream.of(
                        AsymmetricFormat.everywhere(bits, 16, false),
                        AsymmetricFormat.everywhere(bits, 32, false),
                        AsymmetricFormat.everywhere(bits, 16, true)))
            .map(formats -> arguments(Architecture.LLAMA, formats));
    return Stream.concat(known, others);
  }

  /**
   * Every architecture once, in 8 and 4 bits by turns, and the formats that are not the library's.
   */
  static Stream<Arguments> decodedModels() {
    List<Arguments> all = models().toList();
    return IntStream.range(0, all.size())
        .filter(i -> i >= 2 * Architecture.values().length || i % 4 == 0 || i % 4 == 3)
        .mapToObj(all::get);
  }

  private static Arguments arguments(Architecture architecture, MatrixFormats formats) {
    return Arguments.of(architecture, Named.of(formats.name(), formats));
  }

  @ParameterizedTest
  @MethodSource("models")
  void scoresAndGradientsAreThoseOfTheTwin(Architecture architecture, MatrixFormats formats)
      throws IOException {
    Path original = RandomModels.write(folder.resolve("original"), architecture, DataType.BF16);
    Path twin = RandomModels.writeTwin(original, folder.resolve("twin"), formats);
    try (FrozenBase quantized = load(original, formats, WeightPacking.DECODING);
        FrozenBase full = load(twin, MatrixFormats.full(), WeightPacking.NONE)) {
      AdapterSnapshot adapter = RandomModels.adapter(full.config());
      List<Completion> completions = RandomModels.completions(3);
      List<float[]> found =
          new CompletionScorer(quantized).tokenLogProbabilities(adapter, completions);
      List<float[]> expected =
          new CompletionScorer(full).tokenLogProbabilities(adapter, completions);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i)).containsExactly(expected.get(i), within(2e-5f));
      }
      float[] wanted = gradient(full, GradientPath.TAPS, adapter);
      for (GradientPath path : GradientPath.values()) {
        assertThat(distance(gradient(quantized, path, adapter), wanted))
            .as("%s", path)
            .isLessThan(1e-4);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("decodedModels")
  void matricesInPartsScoreAndDifferentiateAsWholeOnes(
      Architecture architecture, MatrixFormats formats) {
    Path original = RandomModels.write(folder.resolve("original"), architecture, DataType.F32);
    MatrixPlan ofParts = new MatrixPlan(formats, 20 * 64 * Float.BYTES);
    List<float[]> scores = new ArrayList<>();
    List<float[]> gradients = new ArrayList<>();
    for (MatrixPlan plan : List.of(MatrixPlan.of(formats), ofParts)) {
      try (FrozenBase base =
          FrozenBase.load(Checkpoint.open(original), new SessionSettings(1, 128), plan)) {
        AdapterSnapshot adapter = RandomModels.adapter(base.config());
        scores.add(
            new CompletionScorer(base)
                .tokenLogProbabilities(adapter, RandomModels.completions(1))
                .get(0));
        gradients.add(gradient(base, GradientPath.TAPS, adapter));
      }
    }
    assertThat(scores.get(1)).containsExactly(scores.get(0), within(1e-5f));
    assertThat(distance(gradients.get(1), gradients.get(0))).isLessThan(1e-5);
  }

  /** Decoding rounds activations to 8 bits, so that it is near the twin and not the same. */
  @ParameterizedTest
  @MethodSource("decodedModels")
  void prefillIsNearTheTwin(Architecture architecture, MatrixFormats formats) throws IOException {
    Path original = RandomModels.write(folder.resolve("original"), architecture, DataType.F32);
    Path twin = RandomModels.writeTwin(original, folder.resolve("twin"), formats);
    List<int[]> texts = RandomModels.completions(4).stream().map(Completion::prompt).toList();
    AdapterSnapshot adapter;
    float[] expected;
    try (FrozenBase full = load(twin, MatrixFormats.full(), WeightPacking.NONE)) {
      adapter = RandomModels.adapter(full.config());
      expected = next(full, adapter, texts);
    }
    for (WeightPacking packing : WeightPacking.values()) {
      try (FrozenBase quantized = load(original, formats, packing)) {
        double error = distance(next(quantized, adapter, texts), expected);
        assertThat(error).as("%s", packing).isLessThan(0.02);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("decodedModels")
  void chunksOfAnySizeDecodeAlike(Architecture architecture, MatrixFormats formats) {
    Path original = RandomModels.write(folder.resolve("original"), architecture, DataType.F16);
    try (FrozenBase quantized = load(original, formats, WeightPacking.DECODING)) {
      AdapterSnapshot adapter = RandomModels.adapter(quantized.config());
      int[] whole = decode(quantized, adapter, 24);
      int[] parts = decode(quantized, adapter, 5);
      assertThat(whole.length).isGreaterThan(3);
      int differs = Arrays.mismatch(whole, parts);
      if (differs >= 0) {
        // An activation that lies between two codes falls to either side, so a near tie may turn.
        int[] prompt = RandomModels.completions(1).get(0).prompt();
        int[] text = Ints.concat(prompt, Arrays.copyOf(whole, differs));
        float[] next = next(quantized, adapter, List.of(text));
        assertThat(next[whole[differs]]).isCloseTo(next[parts[differs]], within(0.05f));
      }
    }
  }

  private static FrozenBase load(Path folder, MatrixFormats formats, WeightPacking packing) {
    SessionSettings settings = new SessionSettings(1, 128).withPacking(packing);
    return FrozenBase.load(Checkpoint.open(folder), settings, MatrixPlan.of(formats));
  }

  private static float[] gradient(FrozenBase base, GradientPath path, AdapterSnapshot adapter) {
    List<Completion> completions = RandomModels.completions(2);
    PreferencePair pair =
        new PreferencePair(
            AdapterRole.ANSWER,
            TokenIds.copyOf(completions.get(0).prompt()),
            new RewardedCompletion(TokenIds.copyOf(completions.get(0).completion()), 1),
            new RewardedCompletion(TokenIds.copyOf(completions.get(1).completion()), 0),
            "random",
            0);
    try (PreferenceGradient.Result result =
        PreferenceGradient.of(base, path)
            .compute(
                adapter,
                AdapterSnapshot.none(base.config()),
                List.of(pair),
                DpoObjective.sigmoid(0.1),
                0)) {
      return result.gradient().toFloatVector();
    }
  }

  /** Log-probabilities of the whole vocabulary after some texts. */
  private static float[] next(FrozenBase base, AdapterSnapshot adapter, List<int[]> texts) {
    List<Prefill.Request> requests =
        texts.stream().map(text -> new Prefill.Request(KvPath.EMPTY, text)).toList();
    int[] vocabulary = IntStream.range(0, RandomModels.VOCABULARY).toArray();
    float[] all = new float[requests.size() * vocabulary.length];
    int at = 0;
    for (Prefill.Result result : new Prefill(base).run(adapter, requests, vocabulary)) {
      System.arraycopy(result.logProbabilities(), 0, all, at, vocabulary.length);
      at += vocabulary.length;
    }
    return all;
  }

  private static int[] decode(FrozenBase base, AdapterSnapshot adapter, int chunkSize) {
    int[] prompt = RandomModels.completions(1).get(0).prompt();
    int[] known = Arrays.copyOf(prompt, prompt.length - 1);
    KvPath path =
        new Prefill(base)
            .run(adapter, List.of(new Prefill.Request(KvPath.EMPTY, known)), new int[] {0})
            .get(0)
            .path();
    int last = prompt[prompt.length - 1];
    IntStream.Builder tokens = IntStream.builder();
    boolean ended = false;
    for (int left = 24; left > 0 && !ended; ) {
      ChunkDecoder.Row row = new ChunkDecoder.Row(path, last, false, 0, 0);
      ChunkDecoder.Decoded chunk =
          new ChunkDecoder(base)
              .run(
                  adapter,
                  List.of(row),
                  Math.min(left, chunkSize),
                  SamplingOptions.greedy(),
                  abort -> {})
              .get(0);
      Arrays.stream(chunk.tokens()).forEach(tokens::add);
      path = path.append(chunk.block());
      last = chunk.tokens()[chunk.tokens().length - 1];
      ended = chunk.ended();
      left -= chunk.tokens().length;
    }
    return tokens.build().toArray();
  }

  /** ‖found − expected‖ / ‖expected‖. */
  private static double distance(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      error += Math.pow((double) found[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    assertThat(norm).isPositive();
    return Math.sqrt(error / norm);
  }
}
