package dev.flowdpo.runtime.training;

import ai.onnxruntime.OrtSession;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.TensorFeed;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Log-probabilities of given completions under an adapter: the reference's side of an objective,
 * and the scores that a user asks for. Thread-safe.
 */
public final class CompletionScorer {
  private final FrozenBase base;

  /** Scores with this model. */
  public CompletionScorer(FrozenBase base) {
    this.base = base;
  }

  /**
   * Returns log p of every completion token, given all tokens before it: one array a completion, in
   * their order.
   */
  public List<float[]> tokenLogProbabilities(
      AdapterSnapshot adapter, List<Completion> completions) {
    float[][] results = new float[completions.size()][];
    for (List<Integer> indices :
        CompletionBatch.split(completions, CompletionBatch.maxTokens(base.config()))) {
      CompletionBatch batch = CompletionBatch.of(indices.stream().map(completions::get).toList());
      List<float[]> scores = batch.perSequence(score(adapter, batch));
      for (int i = 0; i < indices.size(); i++) {
        results[indices.get(i)] = scores.get(i);
      }
    }
    return Arrays.asList(results);
  }

  /** Returns log p of every scored token of a batch, sequence after sequence. */
  float[] score(AdapterSnapshot adapter, CompletionBatch batch) {
    try (TensorFeed feed = base.feed()) {
      batch.feed(feed, base.maxTokens(), base.config().vocabularySize());
      feed.adapterForward(adapter, base);
      FloatBuffer scores =
          feed.outputFloats(TrainingGraph.LOG_PROBABILITIES, batch.scored(), 1).asFloatBuffer();
      feed.describe("score", batch.rows(), batch.width(), adapter);
      OrtSession session = base.session(FrozenBase.Kind.score(batch.width()));
      try (OrtSession.Result result = feed.run(session, Set.of())) {
        float[] values = new float[batch.scored()];
        scores.get(values);
        return values;
      }
    }
  }
}
