package dev.flowdpo.runtime.training;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.ObjectiveValue;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.FrozenBase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient of the mean preference loss of some pairs by every factor of an adapter. Pairs go
 * through the model in micro-batches of similar lengths, whose gradients add up. Thread-safe as far
 * as its results are not shared.
 */
public abstract class PreferenceGradient {
  private static final int MAX_TOKENS = 1 << 13;

  private final FrozenBase base;
  private final CompletionScorer scorer;

  /** One of the two ways to form the gradient. */
  public enum Path {
    /** One pass gives taps; ND4J forms the gradient from them. The default. */
    TAPS,
    /** A scoring pass, then a pass in which the graph forms the gradient itself. */
    IN_GRAPH
  }

  PreferenceGradient(FrozenBase base) {
    this.base = base;
    this.scorer = new CompletionScorer(base);
  }

  /** Returns the gradient that goes this way. */
  public static PreferenceGradient of(FrozenBase base, Path path) {
    return switch (path) {
      case TAPS -> new TapsGradient(base);
      case IN_GRAPH -> new InGraphGradient(base);
    };
  }

  /**
   * What is known of the pairs, and the gradient, whose native memory is freed by {@link #close},
   * or else by the garbage collector.
   *
   * @param loss the mean loss
   * @param sums the four sums of each pair, in the order of the pairs
   * @param values the objective's value of each pair
   * @param gradient one element per adapter parameter
   */
  public record Result(
      double loss, List<LogProbabilitySums> sums, List<ObjectiveValue> values, INDArray gradient)
      implements AutoCloseable {

    /** Frees the gradient. */
    @Override
    public void close() {
      gradient.close();
    }
  }

  /** What is minimised: the mean of an objective over so many pairs. */
  record Loss(DpoObjective objective, int pairs, long dropoutSeed) {}

  /** Sums and values of the pairs of one micro-batch. */
  record BatchResult(List<LogProbabilitySums> sums, List<ObjectiveValue> values) {}

  /**
   * Computes the loss and its gradient.
   *
   * @param policy the adapter that learns
   * @param reference the adapter that stands still; {@link AdapterSnapshot#none} for the base
   *     itself
   * @param pairs at least one pair
   * @param dropoutSeed what the dropout masks come from, if the policy has dropout
   */
  public Result compute(
      AdapterSnapshot policy,
      AdapterSnapshot reference,
      List<PreferencePair> pairs,
      DpoObjective objective,
      long dropoutSeed) {
    INDArray gradient = NativeVectors.zeros(policy.layout().size());
    LogProbabilitySums[] sums = new LogProbabilitySums[pairs.size()];
    ObjectiveValue[] values = new ObjectiveValue[pairs.size()];
    double loss = 0;
    for (List<Integer> indices : split(pairs)) {
      CompletionBatch batch = batch(indices.stream().map(pairs::get).toList());
      double[] referenceSums = scorer.sums(reference, batch);
      BatchResult result =
          addGradient(
              policy,
              batch,
              referenceSums,
              new Loss(objective, pairs.size(), dropoutSeed + indices.get(0)),
              gradient);
      for (int i = 0; i < indices.size(); i++) {
        sums[indices.get(i)] = result.sums().get(i);
        values[indices.get(i)] = result.values().get(i);
        loss += result.values().get(i).loss() / pairs.size();
      }
    }
    return new Result(loss, ImmutableList.copyOf(sums), ImmutableList.copyOf(values), gradient);
  }

  /** Adds the gradient of a micro-batch: chosen and rejected completions in turn. */
  abstract BatchResult addGradient(
      AdapterSnapshot policy,
      CompletionBatch batch,
      double[] referenceSums,
      Loss loss,
      INDArray gradient);

  final FrozenBase base() {
    return base;
  }

  final CompletionScorer scorer() {
    return scorer;
  }

  /** Evaluates the objective on every pair of a batch. */
  static BatchResult evaluate(
      CompletionBatch batch, double[] policySums, double[] referenceSums, DpoObjective objective) {
    ImmutableList.Builder<LogProbabilitySums> sums = ImmutableList.builder();
    ImmutableList.Builder<ObjectiveValue> values = ImmutableList.builder();
    for (int i = 0; i < batch.size(); i += 2) {
      LogProbabilitySums pair =
          new LogProbabilitySums(
              policySums[i],
              policySums[i + 1],
              referenceSums[i],
              referenceSums[i + 1],
              batch.completions().get(i).completion().length,
              batch.completions().get(i + 1).completion().length);
      sums.add(pair);
      values.add(objective.evaluate(pair));
    }
    return new BatchResult(sums.build(), values.build());
  }

  /** Returns ∂(mean loss)/∂(log-probability sum) of each sequence of a batch. */
  static double[] coefficients(List<ObjectiveValue> values, int pairs) {
    double[] coefficients = new double[2 * values.size()];
    for (int i = 0; i < values.size(); i++) {
      coefficients[2 * i] = values.get(i).byPolicyChosen() / pairs;
      coefficients[2 * i + 1] = values.get(i).byPolicyRejected() / pairs;
    }
    return coefficients;
  }

  private static CompletionBatch batch(List<PreferencePair> pairs) {
    List<Completion> completions = new ArrayList<>();
    for (PreferencePair pair : pairs) {
      int[] prompt = pair.prompt().toArray();
      completions.add(new Completion(prompt, pair.chosen().toArray()));
      completions.add(new Completion(prompt, pair.rejected().toArray()));
    }
    return CompletionBatch.of(completions);
  }

  private static List<List<Integer>> split(List<PreferencePair> pairs) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingInt(i -> length(pairs.get(i))));
    List<List<Integer>> batches = new ArrayList<>();
    List<Integer> batch = new ArrayList<>();
    for (int index : order) {
      if (!batch.isEmpty() && 2L * (batch.size() + 1) * length(pairs.get(index)) > MAX_TOKENS) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.add(index);
    }
    batches.add(batch);
    return batches;
  }

  private static int length(PreferencePair pair) {
    return pair.prompt().length() + Math.max(pair.chosen().length(), pair.rejected().length());
  }
}
