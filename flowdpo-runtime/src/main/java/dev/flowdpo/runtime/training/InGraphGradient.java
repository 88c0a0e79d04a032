package dev.flowdpo.runtime.training;

import ai.onnxruntime.OrtSession;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.TensorFeed;
import dev.flowdpo.runtime.internal.Lookup;
import java.nio.ByteBuffer;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Two passes: the first scores, the second is seeded with each sequence's coefficient, and the
 * graph gives the gradient of every factor. Nothing but scores and gradients leaves the graph,
 * which is what a GPU wants; on a CPU it is the independent check of {@link TapsGradient}.
 */
final class InGraphGradient extends CompletionGradient {
  private final TrainingGraph graph;
  private final CompletionScorer scorer;

  InGraphGradient(FrozenBase base) {
    super(base);
    this.scorer = new CompletionScorer(base);
    this.graph = base.trainingGraph(FrozenBase.Kind.ADAPTER_GRADIENTS);
  }

  @Override
  public void add(
      AdapterSnapshot policy,
      CompletionBatch batch,
      long dropoutSeed,
      Coefficients coefficients,
      INDArray gradient) {
    addByToken(
        policy, batch, dropoutSeed, scores -> batch.perToken(coefficients.of(scores)), gradient);
  }

  @Override
  public void addByToken(
      AdapterSnapshot policy,
      CompletionBatch batch,
      long dropoutSeed,
      TokenCoefficients coefficients,
      INDArray gradient) {
    if (policy.dropout() > 0) {
      throw new InvalidInputException(
          "dropout: expected 0, as gradients that are formed IN_GRAPH know no dropout, found "
              + policy.dropout()
              + "; take an adapter without it, or GradientPath.TAPS");
    }
    float[] perToken = coefficients.of(scorer.score(policy, batch));
    AdapterLayout layout = policy.layout();
    try (TensorFeed feed = base().feed()) {
      batch.feed(feed, base().maxTokens(), base().config().vocabularySize());
      feed.adapter(policy);
      feed.describe("gradient", batch.size(), batch.width(), policy);
      feed.floats(TrainingGraph.SEED, batch.scored(), 1).put(perToken);
      ByteBuffer[] ofA = new ByteBuffer[layout.sites().size()];
      ByteBuffer[] ofB = new ByteBuffer[layout.sites().size()];
      for (int i = 0; i < ofA.length; i++) {
        LinearSite site = layout.sites().get(i);
        String outputOfA = Lookup.required(graph.gradients(), site.inputOfA());
        String outputOfB = Lookup.required(graph.gradients(), site.inputOfB());
        ofA[i] = feed.outputFloats(outputOfA, layout.rank(), site.inputs());
        ofB[i] = feed.outputFloats(outputOfB, site.outputs(), layout.rank());
      }
      try (OrtSession.Result result =
          feed.run(base().session(FrozenBase.Kind.ADAPTER_GRADIENTS), Set.of())) {
        NativeVectors.prepareThread();
        for (int i = 0; i < ofA.length; i++) {
          add(gradient, layout.offsetOfA(i), layout.sizeOfA(i), ofA[i], 1);
          // The graph's input is alpha / rank · B, so the chain rule brings the factor back.
          add(gradient, layout.offsetOfB(i), layout.sizeOfB(i), ofB[i], policy.scaling());
        }
      }
    }
  }

  private static void add(INDArray gradient, int offset, int size, ByteBuffer part, float factor) {
    INDArray view = gradient.get(NDArrayIndex.interval(offset, offset + (long) size));
    view.addi(NativeVectors.over(part, size).muli(factor));
  }
}
