package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a user of the runtime does, with nothing but its published artifacts. */
class RuntimeConsumerTest {
  private static Problem apples(int bags) {
    return Problem.of(
        "Tom has %d bags with 4 apples each. He eats 2. How many apples are left?".formatted(bags),
        Integer.toString(4 * bags - 2));
  }

  @Test
  void theFirstBlockOfTheReadmeRuns() throws Exception {
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      ReadmeExample.main(new String[0]);
    } finally {
      System.setOut(console);
    }
    assertFalse(printed.toString(StandardCharsets.UTF_8).isBlank(), "a solution is printed");
  }

  @Test
  void solvesLearnsAndVerifies() {
    List<Problem> problems = IntStream.range(0, 16).mapToObj(i -> apples(2 + i % 8)).toList();
    MathAnswerVerifier verifier = new MathAnswerVerifier();
    try (Flow flow = Flow.builder().seed(1).build();
        OnlineLearner learner = flow.learner().verifier(verifier).build()) {
      List<Solution> solutions = flow.solveAll(problems);
      assertEquals(problems.size(), solutions.size());
      solutions.forEach(s -> assertTrue(verifier.verify(Attempt.of(s)).known(), s.text()));

      LearningReport report = learner.learn(problems);

      assertEquals(problems.size(), report.progress().problems());
      assertTrue(report.progress().answerPairs() + report.progress().stopPairs() > 0);
    }
  }
}
