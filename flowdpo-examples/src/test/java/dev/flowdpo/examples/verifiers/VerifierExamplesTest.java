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
    right = correct(VerifierExamples.math(rollouts));
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
  void whatIsTheSameTextIsEqualAndWhatIsEqualIsNear() {
    assertImplies(correct(VerifierExamples.exactMatch(rollouts)), right);
    assertImplies(right, correct(VerifierExamples.numeric(rollouts)));
    assertThat(correct(VerifierExamples.multipleChoice(rollouts))).isEqualTo(right);
  }

  @Test
  void aProgramOfItsOwnJudgesAsTheVerifierItRuns() {
    assertThat(correct(VerifierExamples.isolated(rollouts))).isEqualTo(right);
  }

  @Test
  void patternsConditionsAndSchemasJudgeTheWholeText() {
    assertThat(correct(VerifierExamples.regex(rollouts))).contains(true);
    assertThat(verdicts(VerifierExamples.predicate(rollouts)).map(v -> v.reason().orElse("")))
        .contains("has at most four lines");
    assertThat(verdicts(VerifierExamples.jsonSchema(rollouts)))
        .allMatch(verdict -> verdict.known() && !verdict.isCorrect());
  }

  @Test
  void rewardsBetweenRightAndWrongTellMore() {
    assertThat(
            verdicts(VerifierExamples.checks(rollouts)).map(v -> v.reward().orElse(-1)).distinct())
        .isSubsetOf(0.0, 0.5, 1.0)
        .hasSizeGreaterThan(1);
    assertThat(
            verdicts(VerifierExamples.combination(rollouts))
                .map(v -> v.reward().orElse(-1))
                .distinct())
        .isSubsetOf(0.0, 0.25, 0.75, 1.0)
        .hasSizeGreaterThan(1);
  }

  @Test
  void aProgramThatIsNoneCostsVerdictsOnly() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    assertThat(verdicts(VerifierExamples.program(rollouts, List.of(java, "--no-such-option"))))
        .hasSameSizeAs(right)
        .allMatch(Verdict::failure)
        .allMatch(verdict -> verdict.reason().orElse("").contains("exit code 1"));
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
      assertThat(verdicts(VerifierExamples.service(rollouts, address))).noneMatch(Verdict::failure);
    } finally {
      server.stop(0);
    }
  }

  private static void assertImplies(List<Boolean> narrow, List<Boolean> wide) {
    assertThat(narrow).hasSameSizeAs(wide).contains(true);
    for (int i = 0; i < narrow.size(); i++) {
      assertThat(wide.get(i) || !narrow.get(i)).as("answer " + i).isTrue();
    }
  }

  private static List<Boolean> correct(List<RolloutTree> trees) {
    return verdicts(trees).map(Verdict::isCorrect).toList();
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
