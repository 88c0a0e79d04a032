package dev.flowdpo.runtime.training;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.ObjectiveValue;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.FrozenBase;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient of the mean preference loss of some pairs by every factor of an adapter. Pairs go
 * through the model in micro-batches of similar lengths, whose gradients add up. Thread-safe as far
 * as its results are not shared.
 */
public final class PreferenceGradient {
  private final CompletionGradient gradients;
  private final CompletionScorer scorer;
  private final int maxTokens;

  private PreferenceGradient(FrozenBase base, CompletionGradient gradients) {
    this.gradients = gradients;
    this.scorer = new CompletionScorer(base);
    this.maxTokens = CompletionBatch.maxTokens(base.config());
  }

  /** Returns the gradient that goes this way. */
  public static PreferenceGradient of(FrozenBase base, CompletionGradient.Path path) {
    return new PreferenceGradient(base, CompletionGradient.of(base, path));
  }

  /** Returns the most padded tokens of a batch. */
  int maxTokens() {
    return maxTokens;
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

  /**
   * What is known of pairs without a gradient.
   *
   * @param sums the four sums of each pair, in the order of the pairs
   * @param values the objective's value of each pair
   */
  public record Evaluation(List<LogProbabilitySums> sums, List<ObjectiveValue> values) {}

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
      Evaluation result =
          add(
              policy,
              reference,
              indices.stream().map(pairs::get).toList(),
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

  /** What is minimised: the mean of an objective over so many pairs. */
  record Loss(DpoObjective objective, int pairs, long dropoutSeed) {}

  /** Adds the gradient of pairs that go through the model together. */
  Evaluation add(
      AdapterSnapshot policy,
      AdapterSnapshot reference,
      List<PreferencePair> pairs,
      Loss loss,
      INDArray gradient) {
    boolean both = !loss.objective().readsChosenOnly();
    CompletionBatch batch = batch(pairs, both);
    double[] referenceSums = both ? scorer.sums(reference, batch) : new double[0];
    List<Evaluation> results = new ArrayList<>(1);
    gradients.add(
        policy,
        batch,
        loss.dropoutSeed(),
        policySums -> {
          Evaluation result =
              evaluate(
                  batch, policySums, both ? referenceSums : policySums, both, loss.objective());
          results.add(result);
          return coefficients(result.values(), both ? 2 : 1, loss.pairs());
        },
        gradient);
    return results.get(0);
  }

  /**
   * Computes the loss alone, with dropout off.
   *
   * @param policy the adapter that learns
   * @param reference the adapter that stands still
   * @param pairs at least one pair
   */
  public Evaluation evaluate(
      AdapterSnapshot policy,
      AdapterSnapshot reference,
      List<PreferencePair> pairs,
      DpoObjective objective) {
    LogProbabilitySums[] sums = new LogProbabilitySums[pairs.size()];
    ObjectiveValue[] values = new ObjectiveValue[pairs.size()];
    for (List<Integer> indices : split(pairs)) {
      CompletionBatch batch = batch(indices.stream().map(pairs::get).toList(), true);
      double[] policySums = scorer.sums(policy, batch);
      Evaluation result =
          evaluate(batch, policySums, scorer.sums(reference, batch), true, objective);
      for (int i = 0; i < indices.size(); i++) {
        sums[indices.get(i)] = result.sums().get(i);
        values[indices.get(i)] = result.values().get(i);
      }
    }
    return new Evaluation(ImmutableList.copyOf(sums), ImmutableList.copyOf(values));
  }

  private static Evaluation evaluate(
      CompletionBatch batch,
      double[] policySums,
      double[] referenceSums,
      boolean both,
      DpoObjective objective) {
    ImmutableList.Builder<LogProbabilitySums> sums = ImmutableList.builder();
    ImmutableList.Builder<ObjectiveValue> values = ImmutableList.builder();
    for (int i = 0; i < batch.size(); i += both ? 2 : 1) {
      int chosenLength = batch.completions().get(i).completion().length;
      LogProbabilitySums pair =
          new LogProbabilitySums(
              policySums[i],
              both ? policySums[i + 1] : 0,
              referenceSums[i],
              both ? referenceSums[i + 1] : 0,
              chosenLength,
              both ? batch.completions().get(i + 1).completion().length : chosenLength);
      sums.add(pair);
      values.add(objective.evaluate(pair));
    }
    return new Evaluation(sums.build(), values.build());
  }

  /** Returns ∂(mean loss)/∂(log-probability sum) of each sequence of a batch. */
  private static double[] coefficients(List<ObjectiveValue> values, int sides, int pairs) {
    double[] coefficients = new double[sides * values.size()];
    for (int i = 0; i < values.size(); i++) {
      coefficients[sides * i] = values.get(i).byPolicyChosen() / pairs;
      if (sides == 2) {
        coefficients[sides * i + 1] = values.get(i).byPolicyRejected() / pairs;
      }
    }
    return coefficients;
  }

  /** Returns the pairs' completions: chosen and rejected in turn, or the chosen ones alone. */
  private static CompletionBatch batch(List<PreferencePair> pairs, boolean both) {
    List<Completion> completions = new ArrayList<>();
    for (PreferencePair pair : pairs) {
      int[] prompt = pair.prompt().toArray();
      completions.add(new Completion(prompt, pair.chosen().toArray()));
      if (both) {
        completions.add(new Completion(prompt, pair.rejected().toArray()));
      }
    }
    return CompletionBatch.of(completions);
  }

  private List<List<Integer>> split(List<PreferencePair> pairs) {
    int[] lengths = pairs.stream().mapToInt(PreferenceGradient::length).toArray();
    return CompletionBatch.split(lengths, pairs.size(), maxTokens / 2);
  }

  /** Returns the number of tokens of the longer side, of which a pair has two. */
  static int length(PreferencePair pair) {
    return pair.prompt().length() + Math.max(pair.chosen().length(), pair.rejected().length());
  }
}
