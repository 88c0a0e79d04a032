package dev.flowdpo.cli.evaluation;

import com.google.common.collect.Lists;
import dev.flowdpo.Flow;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.ArrayList;
import java.util.List;

/**
 * A flow's solutions to some problems and which of them are right. Immutable.
 *
 * @param solutions one per problem, in their order
 * @param outcomes whether each is right
 */
public record Evaluation(List<Solution> solutions, List<Boolean> outcomes) {
  private static final int BATCH = 64;

  /** Copies the lists. */
  public Evaluation {
    solutions = List.copyOf(solutions);
    outcomes = List.copyOf(outcomes);
  }

  /** Solves the problems, in batches, and judges the solutions. */
  public static Evaluation of(Flow flow, List<Problem> problems, ProgressDisplay display) {
    return of(flow, problems, new ExactAnswer(), display);
  }

  /** Solves the problems, in batches, and has this verifier judge the solutions. */
  public static Evaluation of(
      Flow flow, List<Problem> problems, Verifier verifier, ProgressDisplay display) {
    List<Solution> solutions = new ArrayList<>();
    List<Boolean> outcomes = new ArrayList<>();
    int correct = 0;
    for (List<Problem> batch : Lists.partition(problems, BATCH)) {
      for (Solution solution : flow.solveAll(batch)) {
        boolean right = verifier.verify(Attempt.of(solution)).isCorrect();
        solutions.add(solution);
        outcomes.add(right);
        correct += right ? 1 : 0;
      }
      display.update(
          solutions.size(), "accuracy %.1f%%".formatted(100.0 * correct / solutions.size()));
    }
    return new Evaluation(solutions, outcomes);
  }

  /** Returns the flow that always takes the likeliest token. */
  public static Flow greedy(Flow flow) {
    return flow.withOptions(options -> options.sampling(SamplingOptions.greedy()));
  }

  /** Returns how many problems were solved. */
  public int problems() {
    return outcomes.size();
  }

  /** Returns how many solutions are right. */
  public int correct() {
    return (int) outcomes.stream().filter(right -> right).count();
  }

  /** Returns the share of right solutions, in [0, 1]. */
  public double accuracy() {
    return (double) correct() / problems();
  }

  /** Returns the mean number of chunks of a solution. */
  public double meanChunks() {
    return solutions.stream().mapToInt(s -> s.chunks().size()).average().orElse(0);
  }
}
