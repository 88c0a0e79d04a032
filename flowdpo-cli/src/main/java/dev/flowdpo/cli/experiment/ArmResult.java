package dev.flowdpo.cli.experiment;

import com.google.common.collect.Maps;
import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What came of one arm with one seed; the content of {@code result.json}. Immutable.
 *
 * @param arm the arm's folder name
 * @param seed the seed
 * @param outcomes '1' for each problem that was answered right before it was learned from, else '0'
 * @param heldOut share of held-out problems answered right at the end, greedily
 * @param heldOutProblems how many these are
 * @param heldOutOutcomes '1' for each of them that was answered right, else '0'
 * @param mistakes how often each kind was made on them
 * @param heldOutChunks mean number of chunks of the held-out solutions
 * @param chunks mean number of chunks over the last problems
 * @param noAnswers share of the last problems without a final answer
 * @param answerPairs pairs, or examples, for the Answer adapter
 * @param stopPairs pairs, or examples, for the Stop adapter
 * @param answerUpdates updates of the Answer adapter
 * @param stopUpdates updates of the Stop adapter
 * @param chosenReward mean implicit reward of the chosen chunks over the last updates; 0 without
 *     any
 * @param undecidedStops share of the flow's own stop decisions with a probability near one half
 * @param nodes output nodes that were explored
 * @param nodesWithoutContrast those of them whose branches fared alike
 * @param learningSeconds how long learning took, in all processes that went on with it, the rest of
 *     the run not counted
 * @param seconds how long the run took, resumed parts not counted
 */
record ArmResult(
    String arm,
    long seed,
    String outcomes,
    double heldOut,
    int heldOutProblems,
    String heldOutOutcomes,
    Map<Mistake, Integer> mistakes,
    double heldOutChunks,
    double chunks,
    double noAnswers,
    int answerPairs,
    int stopPairs,
    int answerUpdates,
    int stopUpdates,
    double chosenReward,
    double undecidedStops,
    int nodes,
    int nodesWithoutContrast,
    double learningSeconds,
    double seconds) {

  /** Over how many problems at the end "the last" are counted. */
  static final int LAST = 200;

  ArmResult {
    if (heldOutOutcomes.length() != heldOutProblems) {
      throw new InvalidInputException(
          "heldOutOutcomes: expected an outcome for each of %d held-out problems, found %d"
              .formatted(heldOutProblems, heldOutOutcomes.length()));
    }
    mistakes = mistakes.isEmpty() ? Map.of() : Maps.immutableEnumMap(mistakes);
  }

  /** Returns the share of right answers over the last problems. */
  double accuracyOfLast() {
    return accuracy(Math.max(0, outcomes.length() - LAST), outcomes.length());
  }

  /** Returns the share of right answers over all problems: Acc(N) of the paper. */
  double accuracy() {
    return accuracy(0, outcomes.length());
  }

  /** Returns the share of right answers from one problem on and before another. */
  double accuracy(int from, int to) {
    long right = outcomes.substring(from, to).chars().filter(c -> c == '1').count();
    return (double) right / Math.max(1, to - from);
  }

  /** Returns the share of explored nodes from which nothing could be learned. */
  double withoutContrast() {
    return (double) nodesWithoutContrast / Math.max(1, nodes);
  }

  /** Returns the share of held-out problems with mistakes of this source. */
  double shareOf(Mistake.Source source) {
    int count = 0;
    for (Map.Entry<Mistake, Integer> entry : mistakes.entrySet()) {
      count += entry.getKey().source() == source ? entry.getValue() : 0;
    }
    return (double) count / heldOutProblems;
  }

  /** Counts the mistakes of an evaluation. */
  static Map<Mistake, Integer> mistakes(Evaluation evaluation) {
    Map<Mistake, Integer> counts = new EnumMap<>(Mistake.class);
    for (Solution solution : evaluation.solutions()) {
      Problem problem = solution.problem();
      counts.merge(MistakeReader.of(problem, solution.text()), 1, Integer::sum);
    }
    return counts;
  }

  /** Returns one character per outcome. */
  static String outcomes(List<Boolean> right) {
    StringBuilder outcomes = new StringBuilder();
    right.forEach(one -> outcomes.append(one ? '1' : '0'));
    return outcomes.toString();
  }
}
