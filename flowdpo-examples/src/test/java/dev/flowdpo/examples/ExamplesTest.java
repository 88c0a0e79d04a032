package dev.flowdpo.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.flowdpo.learning.CompileReport;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every program runs, and does what it says. */
@Timeout(600)
class ExamplesTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/flowdpo/examples");

  @TempDir private Path folder;

  @Test
  void programsAreShortAndUseWhatApplicationsMayUse() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        List<String> lines = Files.readAllLines(file);
        // A program is one file; the service is several, which are read one after the other.
        int most = SOURCES.equals(file.getParent()) ? 120 : 180;
        assertThat(lines).as(file.toString()).hasSizeLessThan(most);
        assertThat(lines).noneMatch(line -> line.startsWith("import dev.flowdpo.runtime."));
        assertThat(lines).noneMatch(line -> line.matches("import .*\\.internal\\..*"));
      }
    }
  }

  @Test
  void ownVerifierWantsACalculation() {
    OwnVerifier verifier = new OwnVerifier();
    Problem problem = Problem.of("2 + 3?", "5");
    assertThat(verifier.verify(problem, "2 + 3 = 5\n#### 5").reward()).hasValue(1);
    assertThat(verifier.verify(problem, "#### 5").reward()).hasValue(0.5);
    assertThat(verifier.verify(problem, "2 + 3 = 6\n#### 6").reward()).hasValue(0);
    Attempt cut =
        Attempt.of(problem, "2 + 3 = 5\n#### 5", List.of(), Optional.of(FinishReason.MAX_CHUNKS));
    assertThat(verifier.verify(cut)).isEqualTo(Verdict.incorrect("breaks off"));
    OwnVerifier.main(new String[0]);
  }

  @Test
  void answersQuestionsWhileItLearns() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    List<String> answers = new ArrayList<>();
    List<Problem> problems = Pens.problems(40, 5);
    Iterable<Problem> asking =
        () ->
            new Iterator<>() {
              private final Iterator<Problem> source = problems.iterator();

              @Override
              public boolean hasNext() {
                return source.hasNext();
              }

              @Override
              public Problem next() {
                answers.add(ask(server.getAddress().getPort(), problems.get(0).question()));
                return source.next();
              }
            };
    LearningReport report = LearnWhileServing.run(server, asking);
    assertThat(report.progress().problems()).isEqualTo(40);
    assertThat(report.progress().answerUpdates()).isPositive();
    assertThat(answers).hasSize(40).allMatch(answer -> !answer.isBlank());
  }

  private static String ask(int port, String question) {
    URI address = URI.create("http://localhost:" + port + "/solve");
    HttpRequest request =
        HttpRequest.newBuilder(address).POST(HttpRequest.BodyPublishers.ofString(question)).build();
    return HttpClient.newHttpClient()
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .join()
        .body();
  }

  @Test
  void opensACheckpointOfItsOwn() {
    Solution solution =
        OwnCheckpoint.solve(BundledModel.folder(), Pens.problems(1, 3).get(0).question());
    assertThat(solution.text()).isNotBlank();
  }

  @Test
  void collectsPairsOfARightAndAWrongAnswer() throws IOException {
    Path file = folder.resolve("pairs.jsonl");
    List<Problem> problems = Pens.problems(24, 1);
    int pairs = CollectPairs.run(problems, file);
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(pairs).isNotEmpty();
    for (String line : lines) {
      JsonNode row = new ObjectMapper().readTree(line);
      Problem problem =
          problems.stream()
              .filter(p -> p.question().equals(row.get("prompt").textValue()))
              .findAny()
              .orElseThrow();
      assertThat(finalAnswer(problem, row.get("chosen"))).isEqualTo(problem.answer());
      assertThat(finalAnswer(problem, row.get("rejected"))).isNotEqualTo(problem.answer());
    }
  }

  private static Optional<String> finalAnswer(Problem problem, JsonNode text) {
    return Attempt.of(problem, text.textValue()).finalAnswer();
  }

  @Test
  void compilesTracesIntoASinglePass() {
    CompileReport report = CompileTraces.compile(Pens.problems(60, 1), folder);
    assertThat(report.steps()).isPositive();
    assertThat(folder.resolve("answer/adapter_model.safetensors")).exists();
    assertThat(CompileTraces.solveInOnePass(Pens.problems(1, 2).get(0), folder)).contains("####");
  }

  @Test
  void learnsByALossOfItsOwn() {
    List<UpdateMetrics> updates = new ArrayList<>();
    OwnObjective.learn(
        Pens.problems(24, 1),
        new LearningListener() {
          @Override
          public void onUpdate(UpdateMetrics metrics) {
            updates.add(metrics);
          }
        });
    assertThat(updates).isNotEmpty().allMatch(update -> update.loss() > 0);
  }

  @Test
  void savesWhatWasLearnedAndStartsFromIt() {
    List<Problem> problems = Pens.problems(24, 1);
    String learned = ExportAdapters.learnAndSave(problems, folder);
    assertThat(folder.resolve("answer/adapter_config.json")).exists();
    assertThat(folder.resolve("stop/adapter_config.json")).exists();
    assertThat(ExportAdapters.solve(folder, problems.get(0))).isEqualTo(learned);
  }
}
