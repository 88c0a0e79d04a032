package dev.flowdpo.runtime.training;

import ai.onnxruntime.OrtSession;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.TensorFeed;
import dev.flowdpo.runtime.internal.Lookup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One pass with seed 1 gives the policy's log-probabilities and the taps of every site; the loss
 * then gives each sequence its coefficient, and {@link LoraGradientKernel} forms the gradient. A
 * loss of tokens is scored first, and its pass is seeded with its derivatives. The taps are written
 * by ONNX Runtime and read by ND4J in the same memory.
 */
final class TapsGradient extends CompletionGradient {
  private final CompletionScorer scorer;

  TapsGradient(FrozenBase base) {
    super(base);
    this.scorer = new CompletionScorer(base);
  }

  @Override
  public void add(
      AdapterSnapshot policy,
      CompletionBatch batch,
      long dropoutSeed,
      Coefficients coefficients,
      INDArray gradient) {
    float[] ones = new float[batch.scored()];
    Arrays.fill(ones, 1);
    pass(policy, batch, dropoutSeed, ones, coefficients, gradient);
  }

  @Override
  public void addByToken(
      AdapterSnapshot policy,
      CompletionBatch batch,
      long dropoutSeed,
      TokenCoefficients coefficients,
      INDArray gradient) {
    float[] seed = coefficients.of(scores(policy, batch, dropoutSeed));
    double[] ones = new double[batch.size()];
    Arrays.fill(ones, 1);
    pass(policy, batch, dropoutSeed, seed, scores -> ones, gradient);
  }

  /** Scores with the dropout masks of the pass that follows. */
  private float[] scores(AdapterSnapshot policy, CompletionBatch batch, long dropoutSeed) {
    if (policy.dropout() == 0) {
      return scorer.score(policy, batch);
    }
    FrozenBase.Kind kind = FrozenBase.Kind.TAPS_WITH_DROPOUT;
    try (TensorFeed feed = base().feed()) {
      batch.feed(feed, base().maxTokens(), base().config().vocabularySize());
      feed.adapter(policy);
      feed.describe("score", batch.size(), batch.width(), policy);
      feedDropout(
          feed, base().trainingGraph(kind).taps(), batch.rows(), policy.dropout(), dropoutSeed);
      feed.floats(TrainingGraph.SEED, batch.scored(), 1).put(new float[batch.scored()]);
      return scored(feed, kind, batch);
    }
  }

  private float[] scored(TensorFeed feed, FrozenBase.Kind kind, CompletionBatch batch) {
    FloatBuffer scores =
        feed.outputFloats(TrainingGraph.LOG_PROBABILITIES, batch.scored(), 1).asFloatBuffer();
    try (OrtSession.Result result = feed.run(base().session(kind), Set.of())) {
      float[] perToken = new float[batch.scored()];
      scores.get(perToken);
      return perToken;
    }
  }

  private void pass(
      AdapterSnapshot policy,
      CompletionBatch batch,
      long dropoutSeed,
      float[] seed,
      Coefficients coefficients,
      INDArray gradient) {
    boolean dropout = policy.dropout() > 0;
    FrozenBase.Kind kind = dropout ? FrozenBase.Kind.TAPS_WITH_DROPOUT : FrozenBase.Kind.TAPS;
    List<TrainingGraph.Taps> all = base().trainingGraph(kind).taps();
    Set<LinearSite> adapted = Set.copyOf(policy.layout().sites());
    List<TrainingGraph.Taps> sites =
        all.stream().filter(tap -> adapted.contains(tap.site())).toList();
    try (TensorFeed feed = base().feed()) {
      batch.feed(feed, base().maxTokens(), base().config().vocabularySize());
      feed.adapter(policy);
      feed.describe("gradient", batch.size(), batch.width(), policy);
      if (dropout) {
        feedDropout(feed, all, batch.rows(), policy.dropout(), dropoutSeed);
      }
      feed.floats(TrainingGraph.SEED, batch.scored(), 1).put(seed);
      Map<String, ByteBuffer> taps = tapMemory(feed, sites, batch.rows());
      int downBytes = 4 * batch.rows() * policy.layout().rank();
      ByteBuffer downs = feed.memory(2L * sites.size() * downBytes);
      for (int i = 0; i < sites.size(); i++) {
        long[] shape = {batch.rows(), policy.layout().rank()};
        TrainingGraph.Taps tap = sites.get(i);
        feed.sharedOutput(tap.down(), part(downs, 2 * i, downBytes), shape);
        feed.sharedOutput(tap.downGradient(), part(downs, 2 * i + 1, downBytes), shape);
      }
      double[] perSequence = coefficients.of(scored(feed, kind, batch));
      addSites(policy, batch, perSequence, sites, taps, downs, gradient);
    }
  }

  private static void feedDropout(
      TensorFeed feed, List<TrainingGraph.Taps> sites, int rows, double dropout, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float kept = (float) (1 / (1 - dropout));
    for (TrainingGraph.Taps tap : sites) {
      FloatBuffer mask = feed.floats(tap.site().inputOfDropout(), rows, tap.site().inputs());
      while (mask.hasRemaining()) {
        mask.put(random.nextDouble() < dropout ? 0 : kept);
      }
    }
  }

  private static Map<String, ByteBuffer> tapMemory(
      TensorFeed feed, List<TrainingGraph.Taps> sites, int rows) {
    Map<String, ByteBuffer> memory = new HashMap<>();
    for (TrainingGraph.Taps tap : sites) {
      LinearSite site = tap.site();
      memory.computeIfAbsent(tap.input(), name -> feed.outputFloats(name, rows, site.inputs()));
      memory.computeIfAbsent(
          tap.outputGradient(), name -> feed.outputFloats(name, rows, site.outputs()));
    }
    return memory;
  }

  private static void addSites(
      AdapterSnapshot policy,
      CompletionBatch batch,
      double[] coefficients,
      List<TrainingGraph.Taps> sites,
      Map<String, ByteBuffer> taps,
      ByteBuffer downs,
      INDArray gradient) {
    NativeVectors.prepareThread();
    int rows = batch.rows();
    int rank = policy.layout().rank();
    LoraGradientKernel kernel = new LoraGradientKernel(policy.layout(), policy.scaling(), gradient);
    LoraGradientKernel.scale(
        NativeVectors.over(downs, 2L * sites.size(), rows, rank), coefficients, batch.width());
    int bytes = 4 * rows * rank;
    for (int site = 0; site < sites.size(); site++) {
      TrainingGraph.Taps tap = sites.get(site);
      kernel.add(
          site,
          NativeVectors.over(Lookup.required(taps, tap.input()), rows, tap.site().inputs()),
          NativeVectors.over(part(downs, 2 * site, bytes), rows, rank),
          NativeVectors.over(part(downs, 2 * site + 1, bytes), rows, rank),
          NativeVectors.over(
              Lookup.required(taps, tap.outputGradient()), rows, tap.site().outputs()));
    }
  }

  private static ByteBuffer part(ByteBuffer memory, int index, int bytes) {
    return memory.slice(index * bytes, bytes).order(ByteOrder.nativeOrder());
  }
}
