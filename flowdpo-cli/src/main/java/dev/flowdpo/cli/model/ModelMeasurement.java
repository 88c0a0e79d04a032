package dev.flowdpo.cli.model;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.cli.evaluation.HeldOut;
import dev.flowdpo.cli.evaluation.SinglePass;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.value.Problem;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How well a model does on the held-out word problems without adapters, always taking the likeliest
 * token. Immutable.
 *
 * @param flow chunk by chunk under the judge
 * @param singlePass in one chunk, without the judge
 */
record ModelMeasurement(Evaluation flow, Evaluation singlePass) {

  /** Right solutions among all of a group. */
  record Score(int correct, int problems) {
    Score plus(boolean right) {
      return new Score(correct + (right ? 1 : 0), problems + 1);
    }

    double accuracy() {
      return (double) correct / problems;
    }
  }

  /** Measures both ways; the display counts the problems of both. */
  static ModelMeasurement of(Flow flow, int problems, ProgressDisplay display) {
    List<Problem> heldOut = HeldOut.builtIn(problems);
    Flow greedy = Evaluation.greedy(flow);
    Evaluation byFlow = Evaluation.of(greedy, heldOut, display);
    ProgressDisplay second =
        new ProgressDisplay() {
          @Override
          public void update(long done, String message) {
            display.update(problems + done, message);
          }

          @Override
          public void close() {}
        };
    return new ModelMeasurement(byFlow, Evaluation.of(SinglePass.of(greedy), heldOut, second));
  }

  /** Returns the scores by the number of steps that a problem takes. */
  static SortedMap<String, Score> bySteps(Evaluation evaluation) {
    SortedMap<String, Score> scores = new TreeMap<>();
    for (int i = 0; i < evaluation.problems(); i++) {
      String steps = evaluation.solutions().get(i).problem().attributes().get("steps");
      scores.put(
          steps, scores.getOrDefault(steps, new Score(0, 0)).plus(evaluation.outcomes().get(i)));
    }
    return scores;
  }

  /** Returns how many of the flow's wrong solutions are of each kind. */
  Map<ErrorKind, Integer> errors() {
    Map<ErrorKind, Integer> errors = new EnumMap<>(ErrorKind.class);
    for (int i = 0; i < flow.problems(); i++) {
      if (!flow.outcomes().get(i)) {
        errors.merge(ErrorKind.of(flow.solutions().get(i).text()), 1, Integer::sum);
      }
    }
    return errors;
  }
}
