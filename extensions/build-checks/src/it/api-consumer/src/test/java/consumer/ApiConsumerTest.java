package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.TokenIds;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The interfaces and the verifiers, without the engine: pure Java. */
class ApiConsumerTest {
  private static final Pattern NATIVE = Pattern.compile(".*\\.(so(\\.\\d+)*|dll|dylib|jnilib)");

  /** Adds two numbers, one chunk for the sum and one for the answer. */
  private static final FlowPolicy ADDS =
      requests ->
          requests.stream()
              .map(
                  request -> {
                    String sum = request.prefix().problem().question();
                    String[] numbers = sum.split("[+]");
                    int result = Integer.parseInt(numbers[0]) + Integer.parseInt(numbers[1]);
                    return request.prefix().depth() == 0
                        ? Chunk.of(TokenIds.of(1), sum + "=" + result, -0.1, false)
                        : Chunk.of(TokenIds.of(2), " #### " + result, -0.1, false);
                  })
              .toList();

  private static final StopJudge STOPS_AT_AN_ANSWER =
      partials ->
          partials.stream()
              .map(partial -> partial.text().contains("####"))
              .map(finished -> new StopDecision(finished, finished ? 0.9 : 0.1))
              .toList();

  @Test
  void solvesAndVerifiesWithModelsOfItsOwn() {
    Problem problem = Problem.of("17+25", "42");
    try (Flow flow = Flow.builder().policy(ADDS).judge(STOPS_AT_AN_ANSWER).build()) {
      Solution solution = flow.solve(problem);

      assertEquals("17+25=42 #### 42", solution.text());
      assertEquals(2, solution.chunks().size());
      assertEquals(FinishReason.STOPPED, solution.finishReason());
      assertTrue(new MathAnswerVerifier().verify(Attempt.of(solution)).isCorrect());
    }
  }

  @Test
  void nothingOnTheClassPathIsNative() throws IOException {
    int jars = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (entry.endsWith(".jar")) {
        jars++;
        try (JarFile jar = new JarFile(entry)) {
          List<String> found =
              jar.stream().map(Object::toString).filter(n -> NATIVE.matcher(n).matches()).toList();
          assertEquals(List.of(), found, entry);
        }
      }
    }
    assertTrue(jars > 3, "the jars of FlowDPO and of what it needs are on the class path");
  }

  @Test
  void saysThatTheEngineIsMissing() {
    FlowException missing = assertThrows(FlowException.class, () -> Flow.builder().build());
    assertTrue(missing.getMessage().contains("flowdpo-runtime"), missing.getMessage());
  }
}
