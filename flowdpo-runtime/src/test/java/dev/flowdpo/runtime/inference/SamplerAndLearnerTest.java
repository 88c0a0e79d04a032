package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import dev.flowdpo.runtime.graph.MatrixPlan;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import dev.flowdpo.value.LogProbabilities;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the sampler says of every token that it draws is what the learner finds of the same token
 * under the same adapter, whatever the temperature and the cut that it was drawn with.
 */
class SamplerAndLearnerTest {
  private static final int STEPS = 8;
  private static final SamplingOptions SAMPLING =
      SamplingOptions.builder().temperature(0.7).topK(40).topP(0.9).build();

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void agreeOnEveryTokenInFullPrecision(Architecture architecture) {
    try (FrozenBase base = load(architecture, MatrixFormats.full())) {
      List<float[]> sampler = new ArrayList<>();
      List<float[]> learner = new ArrayList<>();
      measure(base, sampler, learner);
      for (int row = 0; row < sampler.size(); row++) {
        assertThat(sampler.get(row)).containsExactly(learner.get(row), within(1e-4f));
      }
    }
  }

  /** Decoding rounds what goes into a quantised matrix to 8 bits, and training does not. */
  @ParameterizedTest
  @CsvSource({
    "LLAMA, INT8, 0.02",
    "LLAMA, INT4, 0.02",
    "GEMMA2, INT8, 0.02",
    "QWEN3, INT4, 0.02",
  })
  void areNearOverQuantisedWeights(Architecture architecture, Quantization mode, double bound) {
    try (FrozenBase base = load(architecture, MatrixFormats.of(mode))) {
      List<float[]> sampler = new ArrayList<>();
      List<float[]> learner = new ArrayList<>();
      measure(base, sampler, learner);
      double sum = 0;
      int tokens = 0;
      for (int row = 0; row < sampler.size(); row++) {
        for (int i = 0; i < sampler.get(row).length; i++) {
          sum += Math.abs(sampler.get(row)[i] - learner.get(row)[i]);
          tokens++;
        }
      }
      assertThat(sum / tokens).as("mean difference a token, in nats").isLessThan(bound);
    }
  }

  private FrozenBase load(Architecture architecture, MatrixFormats formats) {
    Path model = RandomModels.write(folder, architecture, DataType.F32);
    SessionSettings settings = new SessionSettings(1, 128).withPacking(WeightPacking.DECODING);
    return FrozenBase.load(Checkpoint.open(model), settings, MatrixPlan.of(formats));
  }

  private static void measure(FrozenBase base, List<float[]> sampler, List<float[]> learner) {
    AdapterSnapshot adapter = RandomModels.adapter(base.config());
    List<int[]> prompts = RandomModels.completions(3).stream().map(Completion::prompt).toList();
    List<ChunkDecoder.Row> rows = rows(base, adapter, prompts);
    List<Completion> completions = new ArrayList<>();
    List<List<ChunkDecoder.Decoded>> prefixes =
        IntStream.rangeClosed(1, STEPS)
            .mapToObj(n -> new ChunkDecoder(base).run(adapter, rows, n, SAMPLING, abort -> {}))
            .toList();
    for (int row = 0; row < rows.size(); row++) {
      int[] tokens = prefixes.get(STEPS - 1).get(row).tokens();
      float[] byToken = new float[tokens.length];
      double before = 0;
      for (int i = 0; i < tokens.length; i++) {
        double sum =
            LogProbabilities.ofTokens(prefixes.get(i).get(row).logProbabilities())
                .sum()
                .orElseThrow();
        byToken[i] = (float) (sum - before);
        before = sum;
      }
      sampler.add(byToken);
      completions.add(new Completion(prompts.get(row % prompts.size()), tokens));
    }
    learner.addAll(new CompletionScorer(base).tokenLogProbabilities(adapter, completions));
  }

  /** Two rollouts a prompt. */
  private static List<ChunkDecoder.Row> rows(
      FrozenBase base, AdapterSnapshot adapter, List<int[]> prompts) {
    List<Prefill.Request> requests =
        prompts.stream()
            .map(
                prompt ->
                    new Prefill.Request(KvPath.EMPTY, Arrays.copyOf(prompt, prompt.length - 1)))
            .toList();
    List<KvPath> paths =
        new Prefill(base)
            .run(adapter, requests, new int[] {0}).stream().map(Prefill.Result::path).toList();
    return IntStream.range(0, 2 * prompts.size())
        .mapToObj(
            i -> {
              int[] prompt = prompts.get(i % prompts.size());
              int last = prompt[prompt.length - 1];
              return new ChunkDecoder.Row(paths.get(i % prompts.size()), last, false, i, 0);
            })
        .toList();
  }
}
