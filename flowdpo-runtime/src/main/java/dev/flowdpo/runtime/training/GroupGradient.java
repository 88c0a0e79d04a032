package dev.flowdpo.runtime.training;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.GroupValue;
import dev.flowdpo.preference.ScoredCompletion;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.FrozenBase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient of an objective's mean over groups of completions, by every factor of an adapter.
 * Groups go through the model whole, in micro-batches of similar lengths, whose gradients add up.
 * What the completions of a group, and of groups of the same problem, begin with alike is read once
 * ({@link PrefixSharing}), under the policy and under the reference. Thread-safe as far as its
 * results are not shared.
 */
public final class GroupGradient {
  private final CompletionGradient gradients;
  private final CompletionScorer scorer;
  private final int maxTokens;
  private final PrefixSharing sharing;

  private GroupGradient(FrozenBase base, CompletionGradient gradients) {
    this.gradients = gradients;
    this.scorer = new CompletionScorer(base);
    this.maxTokens = CompletionBatch.maxTokens(base.config());
    this.sharing = PrefixSharing.of(base);
  }

  /** Returns the gradient that goes this way. */
  public static GroupGradient of(FrozenBase base, GradientPath path) {
    return new GroupGradient(base, CompletionGradient.of(base, path));
  }

  /** Returns the most padded tokens of a batch. */
  int maxTokens() {
    return maxTokens;
  }

  /**
   * A group as the objective saw it, and what it made of it.
   *
   * @param completions log-probabilities under the policy and the reference
   * @param value loss and derivatives
   */
  public record Evaluation(List<ScoredCompletion> completions, GroupValue value) {

    /** Copies the list. */
    public Evaluation {
      completions = ImmutableList.copyOf(completions);
    }
  }

  /**
   * What is known of the groups, and the gradient, whose native memory is freed by {@link #close},
   * or else by the garbage collector.
   *
   * @param loss the mean loss
   * @param groups what is known of each, in their order
   * @param gradient one element per adapter parameter
   */
  public record Result(double loss, List<Evaluation> groups, INDArray gradient)
      implements AutoCloseable {

    /** Frees the gradient. */
    @Override
    public void close() {
      gradient.close();
    }
  }

  /** What is minimised: the mean of an objective over so many groups. */
  record Loss(DpoObjective objective, int groups, long dropoutSeed) {}

  /**
   * Computes the loss and its gradient.
   *
   * @param policy the adapter that learns
   * @param reference the adapter that stands still; {@link AdapterSnapshot#none} for the base
   *     itself
   * @param groups at least one
   * @param dropoutSeed what the dropout masks come from, if the policy has dropout
   */
  public Result compute(
      AdapterSnapshot policy,
      AdapterSnapshot reference,
      List<CompletionGroup> groups,
      DpoObjective objective,
      long dropoutSeed) {
    INDArray gradient = NativeVectors.zeros(policy.layout().size());
    double[] loss = new double[1];
    List<Evaluation> evaluations =
        inBatches(
            groups,
            indices -> {
              List<Evaluation> found =
                  add(
                      policy,
                      reference,
                      indices.stream().map(groups::get).toList(),
                      new Loss(objective, groups.size(), dropoutSeed + indices.get(0)),
                      gradient);
              found.forEach(e -> loss[0] += e.value().loss() / groups.size());
              return found;
            });
    return new Result(loss[0], evaluations, gradient);
  }

  /** Adds the gradient of groups that go through the model together. */
  List<Evaluation> add(
      AdapterSnapshot policy,
      AdapterSnapshot reference,
      List<CompletionGroup> groups,
      Loss loss,
      INDArray gradient) {
    DpoObjective objective = loss.objective();
    boolean all = !objective.readsChosenOnly();
    List<CompletionGroup> read =
        all ? groups : groups.stream().map(CompletionGroup::first).toList();
    CompletionBatch batch = batch(read);
    float[] referenceScores = all ? scorer.score(reference, batch) : new float[0];
    List<Evaluation> found = new ArrayList<>();
    Function<float[], List<Evaluation>> evaluation =
        scores -> {
          found.addAll(evaluate(read, batch, scores, all ? referenceScores : scores, objective));
          return found;
        };
    gradients.addByToken(
        policy,
        batch,
        loss.dropoutSeed(),
        scores -> byToken(evaluation.apply(scores), batch.scored(), loss.groups()),
        gradient);
    return found;
  }

  /**
   * Computes the loss alone, with dropout off.
   *
   * @param policy the adapter that learns
   * @param reference the adapter that stands still
   * @param groups at least one
   * @return what is known of each group, in their order
   */
  public List<Evaluation> evaluate(
      AdapterSnapshot policy,
      AdapterSnapshot reference,
      List<CompletionGroup> groups,
      DpoObjective objective) {
    return inBatches(
        groups,
        indices -> {
          List<CompletionGroup> read = indices.stream().map(groups::get).toList();
          CompletionBatch batch = batch(read);
          float[] scores = scorer.score(policy, batch);
          return evaluate(read, batch, scores, scorer.score(reference, batch), objective);
        });
  }

  private List<Evaluation> inBatches(
      List<CompletionGroup> groups, Function<List<Integer>, List<Evaluation>> work) {
    Evaluation[] found = new Evaluation[groups.size()];
    for (List<Integer> indices : batches(groups)) {
      List<Evaluation> batch = work.apply(indices);
      for (int i = 0; i < indices.size(); i++) {
        found[indices.get(i)] = batch.get(i);
      }
    }
    return ImmutableList.copyOf(found);
  }

  /** Splits groups into batches of similar widths; those that share a row stay together. */
  private List<List<Integer>> batches(List<CompletionGroup> groups) {
    List<List<Integer>> units = sharing.units(groups);
    List<CompletionBatch> alone =
        units.stream().map(unit -> batch(unit.stream().map(groups::get).toList())).toList();
    int[] widths = alone.stream().mapToInt(CompletionBatch::width).toArray();
    int[] rows = alone.stream().mapToInt(CompletionBatch::rows).toArray();
    return CompletionBatch.split(widths, rows, Integer.MAX_VALUE, maxTokens).stream()
        .map(batch -> batch.stream().flatMap(unit -> units.get(unit).stream()).toList())
        .toList();
  }

  private CompletionBatch batch(List<CompletionGroup> groups) {
    return CompletionBatch.of(
        groups.stream().flatMap(group -> group.completions().stream()).toList(), sharing);
  }

  private static List<Evaluation> evaluate(
      List<CompletionGroup> groups,
      CompletionBatch batch,
      float[] policy,
      float[] reference,
      DpoObjective objective) {
    List<float[]> policyScores = batch.perSequence(policy);
    List<float[]> referenceScores = batch.perSequence(reference);
    List<Evaluation> evaluations = new ArrayList<>();
    int next = 0;
    for (CompletionGroup group : groups) {
      List<ScoredCompletion> scored = new ArrayList<>();
      for (int i = 0; i < group.size(); i++) {
        scored.add(
            new ScoredCompletion(
                group.rewards().get(i),
                policyScores.get(next),
                referenceScores.get(next),
                group.sampled().get(i)));
        next++;
      }
      List<ScoredCompletion> seen = List.copyOf(scored);
      evaluations.add(new Evaluation(seen, checked(objective.evaluate(seen), seen, objective)));
    }
    return evaluations;
  }

  /** Refuses derivatives that are not those of this group. */
  private static GroupValue checked(
      GroupValue value, List<ScoredCompletion> group, DpoObjective objective) {
    double[][] derivatives = value.derivatives();
    if (derivatives.length != group.size()) {
      throw new InvalidInputException(
          "objective: expected derivatives of all %d completions of a group, found those of %d"
              .formatted(group.size(), derivatives.length));
    }
    for (int i = 0; i < derivatives.length; i++) {
      int found = derivatives[i].length;
      if (!objective.tokenLevel() && found != 1) {
        throw new InvalidInputException(
            ("objective: expected one derivative of completion %d, found %d; a loss of tokens is"
                    + " made by DpoObjective.ofTokens(…)")
                .formatted(i, found));
      }
      if (found != 1 && found != group.get(i).length()) {
        throw new InvalidInputException(
            "objective: expected one derivative of completion %d or one of each of its %d tokens, found %d"
                .formatted(i, group.get(i).length(), found));
      }
    }
    return value;
  }

  /** Returns ∂(mean loss)/∂(log-probability) of each scored token of a batch. */
  private static float[] byToken(List<Evaluation> evaluations, int scored, int groups) {
    float[] coefficients = new float[scored];
    int next = 0;
    for (Evaluation evaluation : evaluations) {
      for (int i = 0; i < evaluation.completions().size(); i++) {
        double[] found = evaluation.value().derivatives()[i];
        for (int token = 0; token < evaluation.completions().get(i).length(); token++) {
          double derivative = found[found.length == 1 ? 0 : token];
          coefficients[next++] = (float) (derivative / groups);
        }
      }
    }
    return coefficients;
  }
}
