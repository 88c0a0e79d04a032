package dev.flowdpo.examples.verifiers;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.flowdpo.Flow;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bundled model's rollouts of a few problems, judged by each verifier. */
@Timeout(120)
class VerifierExamplesTest {
  private static Flow flow;
  private static Rollouts rollouts;
  private static List<Boolean> right;

  @BeforeAll
  static void open() {
    flow = Flow.builder().build();
    rollouts =
        new Rollouts(flow, WordProblems.heldOut(4).stream().map(WordProblem::toProblem).toList());
    right = verdicts(VerifierExamples.math(rollouts)).map(Verdict::isCorrect).toList();
  }

  @AfterAll
  static void close() {
    flow.close();
  }

  @Test
  void mathTellsRightAnswersFromWrongOnes() {
    assertThat(right).hasSizeGreaterThan(8).contains(true, false);
  }

  @Test
  void wholeNumbersAreJudgedAlikeByTextNumberAndChoice() {
    assertAgree(VerifierExamples.exactMatch(rollouts));
    assertAgree(VerifierExamples.multipleChoice(rollouts));
    List<Boolean> near =
        verdicts(VerifierExamples.numeric(rollouts)).map(Verdict::isCorrect).toList();
    for (int i = 0; i < right.size(); i++) {
      assertThat(near.get(i) || !right.get(i)).as("what is equal is near").isTrue();
    }
  }

  @Test
  void aProgramOfItsOwnJudgesAsTheVerifierItRuns() {
    assertAgree(VerifierExamples.isolated(rollouts));
  }

  @Test
  void patternsConditionsAndSchemasJudgeTheWholeText() {
    assertThat(verdicts(VerifierExamples.regex(rollouts)).map(Verdict::isCorrect))
        .contains(true, false);
    assertThat(verdicts(VerifierExamples.predicate(rollouts)).map(Verdict::reason))
        .contains("has at most four lines");
    assertThat(verdicts(VerifierExamples.jsonSchema(rollouts)))
        .allMatch(verdict -> verdict.known() && !verdict.isCorrect());
  }

  @Test
  void rewardsBetweenRightAndWrongTellMore() {
    assertThat(verdicts(VerifierExamples.checks(rollouts)).map(Verdict::reward).distinct())
        .contains(0.0, 1.0)
        .isSubsetOf(0.0, 0.5, 1.0);
    assertThat(verdicts(VerifierExamples.combination(rollouts)).map(Verdict::reward).distinct())
        .isSubsetOf(0.0, 0.25, 0.75, 1.0)
        .hasSizeGreaterThan(1);
  }

  @Test
  void aProgramThatIsNoneCostsVerdictsOnly() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    assertThat(verdicts(VerifierExamples.program(rollouts, List.of(java, "--no-such-option"))))
        .hasSameSizeAs(right)
        .allMatch(Verdict::failure)
        .allMatch(verdict -> verdict.reason().contains("exit code 1"));
  }

  @Test
  void aServiceGetsAllAnswersInOneRequest() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] verdicts =
              right.stream()
                  .map(correct -> "{\"correct\":" + correct + "}")
                  .toList()
                  .toString()
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, verdicts.length);
          exchange.getResponseBody().write(verdicts);
          exchange.close();
        });
    server.start();
    try {
      URI address = URI.create("http://localhost:" + server.getAddress().getPort() + "/");
      assertThat(verdicts(VerifierExamples.service(rollouts, address))).hasSameSizeAs(right);
      assertThat(verdicts(VerifierExamples.service(rollouts, address)))
          .noneMatch(Verdict::failure);
    } finally {
      server.stop(0);
    }
  }

  private static void assertAgree(List<RolloutTree> trees) {
    assertThat(verdicts(trees).map(Verdict::isCorrect)).containsExactlyElementsOf(right);
  }

  private static Stream<Verdict> verdicts(List<RolloutTree> trees) {
    return trees.stream()
        .flatMap(
            tree ->
                Stream.concat(
                    Stream.of(tree.original()),
                    tree.nodes().stream()
                        .flatMap(
                            node ->
                                Stream.concat(
                                    node.alternatives().stream(), node.flipped().stream()))))
        .map(branch -> branch.verdict());
  }
}
