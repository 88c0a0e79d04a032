package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtSession;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.graph.GradientGraphs;
import dev.flowdpo.runtime.graph.MatrixPlan;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.FrozenBase.Kind;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.inference.TensorFeed;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Attention in blocks, as long rows have it, and layers that hold their weights, as on a graphics
 * card, against attention to the full square and layers that share a graph.
 */
class LongRowsTest {
  private static final int ROW = 540;
  private static final int VOCABULARY = 61;

  /** The second and third also slide over a window; the second caps scores. */
  @ParameterizedTest
  @EnumSource(
      value = Architecture.class,
      names = {"LLAMA", "GEMMA2", "MISTRAL"})
  void blocksScoreAndDifferentiateAsTheFullSquare(Architecture architecture, @TempDir Path folder) {
    RandomCheckpoint.write(
        folder,
        RandomCheckpoint.config(
            new RandomCheckpoint.Shape(
                architecture, VOCABULARY, 32, 2, 4, 2, OptionalInt.empty(), 48, 1024)),
        1,
        DataType.F32);
    try (FrozenBase base = FrozenBase.load(Checkpoint.open(folder), new SessionSettings(2, 1024))) {
      AdapterSnapshot policy = adapter(AdapterLayout.of(base.config(), 2));
      CompletionBatch batch = batch();
      assertThat(TrainingGraph.blocks(batch.width())).isGreaterThan(1);
      assertThat(score(base, policy, batch, Kind.SCORE_LONG))
          .containsExactly(score(base, policy, batch, Kind.SCORE), within(1e-4f));
      INDArray expected = gradient(base, policy, batch, graphs(base, 1));
      double norm = expected.norm2Number().doubleValue();
      assertThat(norm).isPositive();
      GradientGraphs holdingWeights =
          GradientGraphs.withWeights(
              base.config(), 1024, MatrixPlan.full(), GradientPath.TAPS, false, 1);
      for (GradientGraphs graphs : List.of(graphs(base, batch.width()), holdingWeights)) {
        INDArray found = gradient(base, policy, batch, graphs);
        assertThat(found.sub(expected).norm2Number().doubleValue()).isLessThan(1e-4 * norm);
      }
    }
  }

  private static GradientGraphs graphs(FrozenBase base, int tokens) {
    return base.gradientGraphs(GradientPath.TAPS, false, tokens);
  }

  /** Two completions after one long prompt in the first row, and a shorter row that is padded. */
  private static CompletionBatch batch() {
    Random random = new Random(3);
    int[] prompt = random.ints(ROW - 20, 0, VOCABULARY).toArray();
    return CompletionBatch.of(
        List.of(
            new Completion(prompt, random.ints(9, 0, VOCABULARY).toArray()),
            new Completion(prompt, random.ints(13, 0, VOCABULARY).toArray()),
            new Completion(Arrays.copyOfRange(prompt, 1, 400), new int[] {5, 6, 7})),
        new PrefixSharing(2 * ROW, 2 * ROW, 1 << 20));
  }

  private static AdapterSnapshot adapter(AdapterLayout layout) {
    Random random = new Random(4);
    float[] values = new float[layout.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.1 * random.nextGaussian());
    }
    return AdapterSnapshot.of(layout, 2, 0, values);
  }

  private static float[] score(
      FrozenBase base, AdapterSnapshot policy, CompletionBatch batch, Kind kind) {
    try (TensorFeed feed = base.feed()) {
      batch.feed(feed, base.maxTokens(), VOCABULARY);
      feed.adapterForward(policy, base);
      FloatBuffer scores =
          feed.outputFloats(TrainingGraph.LOG_PROBABILITIES, batch.scored(), 1).asFloatBuffer();
      feed.describe("score", batch.rows(), batch.width(), policy);
      try (OrtSession.Result result = feed.run(base.session(kind), Set.of())) {
        float[] values = new float[batch.scored()];
        scores.get(values);
        return values;
      }
    }
  }

  private static INDArray gradient(
      FrozenBase base, AdapterSnapshot policy, CompletionBatch batch, GradientGraphs graphs) {
    INDArray gradient = NativeVectors.zeros(policy.layout().size());
    CompletionGradient gradients = CompletionGradient.of(base, GradientPath.TAPS);
    float[] seeds = new float[batch.scored()];
    for (int i = 0; i < seeds.length; i++) {
      seeds[i] = i % 3 - 0.7f;
    }
    try (TensorFeed feed = base.feed()) {
      batch.feed(feed, base.maxTokens(), VOCABULARY);
      feed.describe("gradient", batch.rows(), batch.width(), policy);
      feed.adapter(policy, 1);
      TwoPasses passes = new TwoPasses(base, graphs, feed, batch, policy.layout().rank());
      feed.recorded(
          () -> {
            passes.forward();
            passes.back(seeds, gradients.sites(policy, batch, gradient));
            return batch;
          });
    }
    return gradient;
  }
}
