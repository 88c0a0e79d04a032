package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.util.List;

/** Learns by a loss of its own: DPO that is not content before the margin is 1. */
public final class OwnObjective {
  private OwnObjective() {}

  /** Learns from a hundred problems and prints the loss of every update. */
  public static void main(String[] arguments) {
    learn(
        Pens.problems(100, 1),
        new LearningListener() {
          @Override
          public void onUpdate(UpdateMetrics metrics) {
            System.out.println(metrics.role() + " " + metrics.update() + ": " + metrics.loss());
          }
        });
  }

  /** {@return −log σ(β h − 1) with β = 0.5; its derivative is found by the library} */
  static DpoObjective objective() {
    return DpoObjective.ofLogit(0.5, reward -> softplus(1 - reward));
  }

  /** log(1 + eˣ), finite for every x. */
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  static void learn(List<Problem> problems, LearningListener listener) {
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner =
            flow.learner()
                .verifier(new MathAnswerVerifier())
                .objective(objective())
                .listener(listener)
                .build()) {
      learner.learn(problems);
    }
  }
}
