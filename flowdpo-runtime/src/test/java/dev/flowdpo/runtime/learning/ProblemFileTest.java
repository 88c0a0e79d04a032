package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.flowdpo.InvalidInputException;
import dev.flowdpo.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProblemFileTest {
  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("problems.jsonl"), content);
  }

  @Test
  void rowsBecomeProblems() throws IOException {
    List<Problem> problems =
        ProblemFile.read(
            file(
                """
                {"question": "1+1?", "answer": 2}

                {"id": 7, "question": "Über 3?", "answer": " 4 ", "level": 3, "tags": ["a"], "x": null}
                """));
    assertThat(problems).hasSize(2);
    assertThat(problems.get(0)).isEqualTo(Problem.of("1+1?", "2"));
    Problem second = problems.get(1);
    assertThat(second.id()).isEqualTo("7");
    assertThat(second.question()).isEqualTo("Über 3?");
    assertThat(second.answer()).isEqualTo("4");
    assertThat(second.attributes())
        .containsOnlyKeys("level", "tags")
        .containsEntry("level", "3")
        .containsEntry("tags", "[\"a\"]");
  }

  @Test
  void aWorkedSolutionGivesItsAnswer() throws IOException {
    List<Problem> problems =
        ProblemFile.read(
            file(
                """
                {"question": "a?", "answer": "2*3=6\\n#### 6"}
                {"question": "b?", "answer": "so\\n#### 1,234,567 "}
                {"question": "c?", "answer": "#### 1,2"}
                {"question": "d?", "answer": "See #### and stop"}
                """));
    assertThat(problems)
        .extracting(Problem::answer)
        .containsExactly("6", "1234567", "1,2", "and stop");
    assertThat(problems.get(0).attributes()).containsEntry("solution", "2*3=6\n#### 6");
  }

  @Test
  void errorsNameFileLineAndField() throws IOException {
    String good = "{\"question\": \"1+1?\", \"answer\": \"2\"}\n";
    check(good + "{\"question\": \"1+1?\"}", "line 2: the row has no \"answer\".");
    check("\n" + good + "{\"answer\": \"2\"}", "line 3: the row has no \"question\".");
    check("{\"question\": \" \", \"answer\": \"2\"}", "line 1: the row has a blank \"question\".");
    check("{\"question\": \"a?\", \"answer\": \"\"}", "line 1: the row has a blank \"answer\".");
    check("{\"question\": \"a?\", \"answer\": null}", "as \"answer\", found null.");
    check("{\"question\": [1], \"answer\": \"2\"}", "as \"question\", found [1].");
    check("{\"id\": {}, \"question\": \"a?\", \"answer\": \"2\"}", "as \"id\", found {}.");
    check(good + "{\"question\": \"1+1?\", ", "line 2: the row is not valid JSON");
    check(good.strip() + " x", "line 1: the row is not valid JSON");
    check("[1]", "line 1: the row must be a JSON object with question and answer, found array.");
    check("", "holds no problems");
    check("\n \n", "holds no problems");
  }

  private void check(String content, String message) throws IOException {
    Path file = file(content);
    assertThatThrownBy(() -> ProblemFile.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void unreadableFilesAreRefused() throws IOException {
    Path missing = folder.resolve("none.jsonl");
    assertThatThrownBy(() -> ProblemFile.read(missing))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(missing.toString());
    assertThatThrownBy(() -> ProblemFile.read(folder)).isInstanceOf(InvalidInputException.class);
    Path latin = folder.resolve("latin.jsonl");
    Files.write(
        latin, "{\"question\": \"é?\", \"answer\": \"2\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ProblemFile.read(latin))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("must be UTF-8");
  }

  @Test
  void gsm8kIsReadAsItIs() {
    Path file = Path.of(System.getProperty("flowdpo.data", "."), "gsm8k", "test.jsonl");
    assumeTrue(Files.exists(file), () -> "no GSM8K at " + file + "; set -Dflowdpo.data");
    List<Problem> problems = ProblemFile.read(file);
    assertThat(problems).hasSize(1319);
    assertThat(problems.get(0).answer()).isEqualTo("18");
    assertThat(problems.get(0).attributes().get("solution")).endsWith("#### 18");
    assertThat(problems).allMatch(problem -> problem.answer().matches("-?\\d+(\\.\\d+)?"));
  }
}
