package dev.flowdpo.runtime.training;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.GroupValue;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.ScoredCompletion;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.FrozenBase;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient of the mean preference loss of some pairs by every factor of an adapter: {@link
 * GroupGradient} with pairs as groups of two. Thread-safe as far as its results are not shared.
 */
public final class PreferenceGradient {
  private final GroupGradient gradients;

  private PreferenceGradient(GroupGradient gradients) {
    this.gradients = gradients;
  }

  /** Returns the gradient that goes this way. */
  public static PreferenceGradient of(FrozenBase base, GradientPath path) {
    return new PreferenceGradient(GroupGradient.of(base, path));
  }

  /** Returns the most padded tokens of a batch. */
  int maxTokens() {
    return gradients.maxTokens();
  }

  /**
   * What is known of the pairs, and the gradient, whose native memory is freed by {@link #close},
   * or else by the garbage collector.
   *
   * @param loss the mean loss
   * @param pairs sums and values of each pair, in the order of the pairs
   * @param gradient one element per adapter parameter
   */
  public record Result(double loss, Evaluation pairs, INDArray gradient) implements AutoCloseable {

    /** Returns the four sums of each pair, in the order of the pairs. */
    public List<LogProbabilitySums> sums() {
      return pairs.sums();
    }

    /** Returns the objective's value of each pair, in the order of the pairs. */
    public List<GroupValue> values() {
      return pairs.values();
    }

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
  public record Evaluation(List<LogProbabilitySums> sums, List<GroupValue> values) {

    /** Returns chosen and rejected, without the others of their group. */
    private static List<ScoredCompletion> pair(List<ScoredCompletion> group) {
      return group.subList(0, Math.min(2, group.size()));
    }

    static Evaluation of(List<GroupGradient.Evaluation> groups) {
      return new Evaluation(
          groups.stream().map(group -> LogProbabilitySums.of(pair(group.completions()))).toList(),
          groups.stream().map(GroupGradient.Evaluation::value).toList());
    }
  }

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
    GroupGradient.Result result =
        gradients.compute(policy, reference, groups(pairs), objective, dropoutSeed);
    return new Result(result.loss(), Evaluation.of(result.groups()), result.gradient());
  }

  /** Adds the gradient of pairs that go through the model together. */
  Evaluation add(
      AdapterSnapshot policy,
      AdapterSnapshot reference,
      List<PreferencePair> pairs,
      GroupGradient.Loss loss,
      INDArray gradient) {
    return Evaluation.of(gradients.add(policy, reference, groups(pairs), loss, gradient));
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
    return Evaluation.of(gradients.evaluate(policy, reference, groups(pairs), objective));
  }

  private static List<CompletionGroup> groups(List<PreferencePair> pairs) {
    return pairs.stream().map(CompletionGroup::of).toList();
  }
}
