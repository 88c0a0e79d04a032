package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Problem;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody who runs a service reads in its log at INFO, in the order of a learner's life. */
class OperatorLogTest {
  private static final LearnerOptions OPTIONS =
      BundledModel.learnerOptions().toBuilder()
          .rollouts(rollouts -> rollouts.problemsPerGroup(8))
          .updates(updates -> updates.pairsPerAnswerUpdate(2).pairsPerStopUpdate(2))
          .seed(5)
          .build();

  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final PrintStream before = System.err;

  @BeforeEach
  void capture() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void giveBack() {
    System.setErr(before);
  }

  private List<String> lines(String level) {
    return log.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains(" " + level + " dev.flowdpo"))
        .toList();
  }

  @Test
  void theLifeOfALearnerIsTold(@TempDir Path folder) {
    List<Problem> problems = BundledProblems.learning(51, 16);
    try (Flow flow = Flow.builder().seed(3).build()) {
      OnlineLearner learner =
          flow.learner()
              .name("own")
              .verifier(BundledProblems.VERIFIER)
              .options(OPTIONS)
              .checkpoint(folder.resolve("state"))
              .build();
      learner.pause();
      learner.resume();
      learner.learn(problems);
      flow.adapters().rollBack();
      assertThat(learner.stop(Duration.ofSeconds(30))).isTrue();
      learner.close();
      flow.solveAll(problems);
    }
    String info = String.join("\n", lines("INFO"));
    assertThat(info)
        .containsSubsequence(
            "Model " + BundledModel.folder() + ": open after",
            " parameters, ",
            " MB of weights (quantization AS_STORED), at most ",
            "adapters: the base alone",
            "Learner \"own\": learns [ANSWER, STOP] from problem 0 on, version 0 is live",
            "Learner \"own\": paused",
            "Learner \"own\": goes on",
            "Learner \"own\": version 1 is live, after ",
            "Learner \"own\": 8 problems, progressive accuracy 0.",
            "Learner \"own\": the state after 16 problems was saved to " + folder,
            "Learner \"own\": is to stop within PT30S",
            "Learner \"own\": closed after 16 problems",
            ": closed");
    assertThat(String.join("\n", lines("WARN"))).contains("Adapters: rolled back from version ");
    assertThat(lines("INFO")).as("nothing per solve, group or token").hasSizeLessThan(15);
  }

  @Test
  void theGateAndWhatIsWrongAreTold() {
    List<Problem> problems = BundledProblems.learning(51, 8);
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            flow.learner()
                .name("gated")
                .verifier(
                    attempt -> {
                      if (attempt.problem().equals(problems.get(0))) {
                        throw new IllegalStateException("no verdict");
                      }
                      return BundledProblems.VERIFIER.verify(attempt);
                    })
                .options(OPTIONS)
                .options(options -> options.gate(gate -> gate.everyUpdates(1)))
                .validation(BundledProblems.heldOut(4))
                .build()) {
      learner.learn(problems);
    }
    assertThat(String.join("\n", lines("INFO")))
        .containsPattern("Learner \"gated\": the gate (passes|refuses) a candidate: accuracy ");
    assertThat(String.join("\n", lines("WARN"))).contains("the verifier failed: ", "no verdict");
  }
}
