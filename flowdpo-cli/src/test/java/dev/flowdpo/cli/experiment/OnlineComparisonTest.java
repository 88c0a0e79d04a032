package dev.flowdpo.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.flowdpo.cli.CommandRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Win rates in {@code experiment online}, with a real HTTP server as the endpoint. */
@Tag("slow")
class OnlineComparisonTest {
  private static final int PROBLEMS = 12;
  private static final String MODEL = "critic";

  @TempDir private static Path shared;
  private static Path learned;

  @TempDir private Path folder;
  private final List<String> questions = new CopyOnWriteArrayList<>();
  private volatile Function<String, String> verdicts = question -> "A";
  private ExecutorService threads;
  private HttpServer server;

  /** An experiment without a comparer, which the tests go on with. */
  @BeforeAll
  static void learn() {
    learned = shared.resolve("learned");
    CommandRun run = CommandRun.of(online(learned));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(learned.resolve("comparisons.jsonl")).doesNotExist();
  }

  @BeforeEach
  void start() throws IOException {
    threads = Executors.newCachedThreadPool();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          JsonNode request =
              CommandRun.parse(
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          assertThat(request.get("model").asText()).isEqualTo(MODEL);
          String question = request.get("messages").get(1).get("content").asText();
          questions.add(question);
          ObjectNode reply = JsonNodeFactory.instance.objectNode();
          reply
              .putArray("choices")
              .addObject()
              .putObject("message")
              .put("content", verdicts.apply(question));
          byte[] body = reply.toString().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          try (exchange) {
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void anEndpointsWinRatesAreInReportTablesAndJson() throws IOException {
    verdicts = OnlineComparisonTest::byKnownAnswer;
    Path out = ExperimentCommandTest.copy(learned, folder.resolve("out"));
    CommandRun run = CommandRun.of(online(out, endpoint("--resume", "--json")));
    assertThat(run.exitCode()).as(run.err()).isZero();

    List<JsonNode> rates = CommandRun.jsonLines(out.resolve("win-rates.jsonl"));
    assertThat(rates)
        .extracting(rate -> rate.get("second").asText())
        .containsExactly("flow, no updates", "single pass");
    for (JsonNode rate : rates) {
      assertThat(rate.get("comparer").asText()).startsWith(MODEL + " at http://");
      assertThat(rate.get("first").asText()).isEqualTo("flow, online DPO");
      int wins = rate.get("wins").asInt();
      int losses = rate.get("losses").asInt();
      int ties = rate.get("ties").asInt();
      assertThat(wins + losses + ties).isEqualTo(PROBLEMS);
      assertThat(rate.get("undecided").asInt()).isZero();
      assertThat(rate.get("rate").asDouble()).isEqualTo((wins + ties / 2.0) / PROBLEMS);
      assertThat(rate.get("low").asDouble()).isLessThan(rate.get("rate").asDouble());
      assertThat(rate.get("high").asDouble()).isGreaterThan(rate.get("rate").asDouble());
    }
    List<JsonNode> printed = run.jsonLines();
    assertThat(printed.subList(printed.size() - 2, printed.size())).isEqualTo(rates);
    assertThat(Files.readString(out.resolve("report.html")))
        .contains(
            "Which explanations are better", "Compared by " + MODEL, "class=\"wins\"", "Win rate");
    assertThat(out.resolve("tables/win-rates-of-the-learned-flow-with-95-intervals.csv")).exists();
    // Every two different solutions are shown in both orders.
    List<JsonNode> compared = CommandRun.jsonLines(out.resolve("comparisons.jsonl"));
    assertThat(compared).hasSize(2 * PROBLEMS);
    long different =
        compared.stream()
            .filter(row -> !row.get("firstTrace").equals(row.get("secondTrace")))
            .count();
    assertThat(questions).hasSize((int) (2 * different));
    for (JsonNode row : compared) {
      String first = row.get("firstTrace").asText();
      String second = row.get("secondTrace").asText();
      if (!first.equals(second)) {
        assertThat(questions)
            .anyMatch(q -> q.contains("A:\n" + first) && q.endsWith("B:\n" + second))
            .anyMatch(q -> q.contains("A:\n" + second) && q.endsWith("B:\n" + first));
      }
    }
  }

  @Test
  void whatTheComparerHasSaidIsNotAskedAgain() throws IOException {
    verdicts = OnlineComparisonTest::byKnownAnswer;
    Path out = ExperimentCommandTest.copy(learned, folder.resolve("out"));
    assertThat(CommandRun.of(online(out, endpoint("--resume"))).exitCode()).isZero();
    List<JsonNode> before = CommandRun.jsonLines(out.resolve("comparisons.jsonl"));
    int asked = questions.size();
    // The last three comparisons were lost in a kill.
    Files.write(
        out.resolve("comparisons.jsonl"),
        Files.readAllLines(out.resolve("comparisons.jsonl")).subList(0, 2 * PROBLEMS - 3));
    assertThat(CommandRun.of(online(out, endpoint("--resume"))).exitCode()).isZero();
    assertThat(questions.size() - asked).isBetween(0, 6);
    assertThat(CommandRun.jsonLines(out.resolve("comparisons.jsonl"))).isEqualTo(before);
  }

  @Test
  void aComparerThatAlwaysPrefersTheFirstGivesTies() throws IOException {
    verdicts = question -> "{\"verdict\": \"A\", \"reason\": \"it comes first\"}";
    Path out = ExperimentCommandTest.copy(learned, folder.resolve("out"));
    assertThat(CommandRun.of(online(out, endpoint("--resume"))).exitCode()).isZero();
    assertThat(CommandRun.jsonLines(out.resolve("win-rates.jsonl")))
        .allSatisfy(rate -> assertThat(rate.get("ties").asInt()).isEqualTo(PROBLEMS));
  }

  @Test
  void anEndpointThatTalksNonsenseLeavesEverythingElse() throws IOException {
    verdicts = question -> "As a large language model I like both.";
    Path out = ExperimentCommandTest.copy(learned, folder.resolve("out"));
    CommandRun run = CommandRun.of(online(out, endpoint("--resume")));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err() + run.out()).contains("undecided");
    assertThat(CommandRun.jsonLines(out.resolve("results.jsonl")))
        .isEqualTo(CommandRun.jsonLines(learned.resolve("results.jsonl")));
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("Seed by seed", "Comparisons without a preference", "I like both");

    verdicts = OnlineComparisonTest::byKnownAnswer;
    assertThat(CommandRun.of(online(out, endpoint("--resume"))).exitCode()).isZero();
    assertThat(CommandRun.jsonLines(out.resolve("win-rates.jsonl")))
        .allSatisfy(rate -> assertThat(rate.get("undecided").asInt()).isZero());
  }

  @Test
  void anEndpointThatIsDownIsNamedAndCostsNothingElse() throws IOException {
    String nowhere;
    try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      nowhere = "http://localhost:" + free.getLocalPort() + "/v1";
    }
    Path out = ExperimentCommandTest.copy(learned, folder.resolve("out"));
    Files.delete(out.resolve("report.html"));
    CommandRun run =
        CommandRun.of(
            online(
                out,
                "--compare",
                "endpoint",
                "--compare-url",
                nowhere,
                "--compare-model",
                MODEL,
                "--compare-problems",
                PROBLEMS,
                "--resume"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains(nowhere, "expected an endpoint that answers", "--resume")
        .doesNotContain("\tat ");
    assertThat(CommandRun.jsonLines(out.resolve("results.jsonl")))
        .isEqualTo(CommandRun.jsonLines(learned.resolve("results.jsonl")));
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("The comparison could not be made", "Seed by seed");
  }

  @Test
  void aLocalModelComparesAnExperimentThatIsDone() throws IOException {
    Path out = ExperimentCommandTest.copy(learned, folder.resolve("out"));
    CommandRun run =
        CommandRun.of(
            online(out, "--compare", "policy", "--compare-problems", PROBLEMS, "--report-only"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(CommandRun.jsonLines(out.resolve("win-rates.jsonl")))
        .hasSize(2)
        .allSatisfy(
            rate -> {
              assertThat(rate.get("comparer").asText())
                  .isEqualTo("likelihood under the bundled model");
              assertThat(rate.get("undecided").asInt()).isZero();
            });
    // Another comparer's word stays beside it.
    verdicts = OnlineComparisonTest::byKnownAnswer;
    assertThat(CommandRun.of(online(out, endpoint("--resume"))).exitCode()).isZero();
    assertThat(CommandRun.jsonLines(out.resolve("win-rates.jsonl"))).hasSize(4);
  }

  @Test
  void aDamagedComparisonIsNamed() throws IOException {
    Path out = ExperimentCommandTest.copy(learned, folder.resolve("out"));
    Files.writeString(out.resolve("comparisons.jsonl"), "{\"comparer\":\"x\"");
    CommandRun run = CommandRun.of(online(out, "--resume"));
    run.assertRefused("comparisons.jsonl, line 1", "expected a comparison");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--compare nobody | --compare: expected endpoint or policy, found \"nobody\"",
        "--compare endpoint | --compare endpoint: expected its address by --compare-url",
        "--compare endpoint --compare-url http://localhost:1/v1 | FLOWDPO_COMPARE_MODEL",
        "--compare endpoint --compare-url ftp://localhost --compare-model m | http or https",
        "--compare policy --compare-url http://localhost:1 | --compare-url: expected with --compare endpoint",
        "--compare-url http://localhost:1 | --compare-url: expected --compare endpoint",
        "--compare-model m | --compare-model: expected --compare endpoint or --compare policy",
        "--compare policy --compare-problems 0 | --compare-problems: expected at least 1, found 0",
        "--compare policy --arms no-updates | --compare: expected the arm flow-dpo"
      })
  void badOptionsAreRefusedBeforeTheFolderIsMade(String arguments, String message) {
    Path out = folder.resolve("out");
    List<Object> line = new ArrayList<>(List.of("experiment", "online", "--out", out));
    line.addAll(Arrays.asList(arguments.split(" ")));
    CommandRun.of(line.toArray()).assertRefused(message);
    assertThat(out).doesNotExist();
  }

  /** Prefers the solution that ends with the known answer. */
  private static String byKnownAnswer(String question) {
    String answer = question.replaceAll("(?s).*Known final answer: (\\S+).*", "$1");
    int second = question.indexOf("\n\nSolution B:\n");
    boolean a = question.substring(0, second).strip().endsWith("#### " + answer);
    boolean b = question.strip().endsWith("#### " + answer);
    String verdict = a == b ? "tie" : a ? "A" : "B";
    return "{\"verdict\": \"%s\", \"confidence\": 0.9, \"reason\": \"checked\"}".formatted(verdict);
  }

  private Object[] endpoint(Object... more) {
    List<Object> options =
        new ArrayList<>(
            List.of(
                "--compare",
                "endpoint",
                "--compare-url",
                "http://localhost:" + server.getAddress().getPort() + "/v1",
                "--compare-model",
                MODEL,
                "--compare-problems",
                PROBLEMS));
    options.addAll(Arrays.asList(more));
    return options.toArray();
  }

  private static Object[] online(Path out, Object... more) {
    List<Object> line =
        new ArrayList<>(
            List.of(
                "experiment",
                "online",
                "--problems",
                32,
                "--held-out",
                8,
                "--seeds",
                1,
                "--arms",
                "flow-dpo,no-updates",
                "--out",
                out));
    line.addAll(Arrays.asList(more));
    return line.toArray();
  }
}
