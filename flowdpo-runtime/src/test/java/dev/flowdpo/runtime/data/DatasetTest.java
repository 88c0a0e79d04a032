package dev.flowdpo.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
  private static final String ROW = "{\"question\": \"1+1?\", \"answer\": \"2\"}\n";

  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("problems.json"), content);
  }

  @Test
  void rowsBecomeProblems() throws IOException {
    List<Problem> problems =
        Dataset.open(
                file(
                    """
                    {"question": "1+1?", "answer": 2}

                    {"id": 7, "question": "Über 3?", "answer": " 4 ", "level": 3, "tags": ["a"], "x": null}
                    """))
            .toList();
    assertThat(problems).hasSize(2);
    assertThat(problems.get(0)).isEqualTo(Problem.of("1+1?", "2"));
    Problem second = problems.get(1);
    assertThat(second.id()).isEqualTo("7");
    assertThat(second.question()).isEqualTo("Über 3?");
    assertThat(second.answer()).contains("4");
    assertThat(second.attributes())
        .containsOnlyKeys("level", "tags")
        .containsEntry("level", "3")
        .containsEntry("tags", "[\"a\"]");
  }

  @Test
  void aWorkedSolutionGivesItsAnswer() throws IOException {
    Path file =
        file(
            """
            {"question": "a?", "answer": "2*3=6\\n#### 6"}
            {"question": "b?", "answer": "so\\n#### 1,234,567 "}
            {"question": "c?", "answer": "#### 1,2"}
            {"question": "d?", "answer": "See #### and stop"}
            """);
    assertThat(Dataset.open(file).toList())
        .isEqualTo(Dataset.gsm8k(file).toList())
        .extracting(p -> p.answer().orElse(""))
        .containsExactly("6", "1234567", "1,2", "and stop");
    assertThat(Dataset.gsm8k(file).iterator().next().attributes())
        .containsEntry("solution", "2*3=6\n#### 6");
    check(
        Dataset::gsm8k,
        ROW,
        "line 1: key \"answer\": expected a worked solution with \"#### N\" as its last line,"
            + " found \"2\"");
  }

  @Test
  void mathTakesTheAnswerFromTheLastBoxWhereThereIsNone() throws IOException {
    Path file =
        file(
            """
            {"problem": "a?", "level": "Level 5", "type": "Algebra", "solution": "$\\\\boxed{1}$, so $\\\\boxed{\\\\frac{1}{2}}$. The final answer is positive."}
            {"id": "x", "problem": "b?", "level": 3, "subject": "Geometry", "solution": "s", "answer": "$4$"}
            {"unique_id": "y", "problem": "c?", "level": "Level ?", "solution": "s", "answer": "4"}
            """);
    List<Problem> problems = Dataset.open(file).toList();
    assertThat(problems)
        .extracting(p -> p.answer().orElse(""))
        .containsExactly("\\frac{1}{2}", "$4$", "4");
    assertThat(problems).extracting(Problem::id).containsExactly(Problem.of("a?").id(), "x", "y");
    assertThat(problems.get(0).attributes())
        .containsOnlyKeys("level", "subject", "solution")
        .containsEntry("level", "5")
        .containsEntry("subject", "Algebra");
    assertThat(problems.get(1).attributes())
        .containsEntry("level", "3")
        .containsEntry("subject", "Geometry");
    assertThat(problems.get(2).attributes()).containsEntry("level", "?");
    check(
        Dataset::math,
        "{\"problem\": \"a?\", \"solution\": \"It is 5.\"}",
        "line 1: key \"solution\": expected a final answer in \\boxed{…}, as there is no"
            + " \"answer\", found \"It is 5.\"");
  }

  @Test
  void metaMathIsReadAsAnArrayAndAsLines() throws IOException {
    String first =
        "{\"type\": \"GSM_FOBAR\", \"query\": \"a?\", \"original_question\": \"o?\", \"response\":"
            + " \"2.\\n#### 18\\nThe answer is: 18\"}";
    String second =
        "{\"query\": \"b?\", \"type\": \"MATH_AnsAug\", \"original_question\": \"b?\","
            + " \"response\": \"The answer is: no.\\nThus\\nThe answer is: $\\\\frac{1}{2}$\\n\"}";
    List<Problem> problems = Dataset.open(file(first + "\n" + second)).toList();
    assertThat(problems)
        .extracting(p -> p.answer().orElse(""))
        .containsExactly("18", "$\\frac{1}{2}$");
    assertThat(problems.get(0).attributes())
        .containsOnlyKeys("type", "original_question", "solution")
        .containsEntry("type", "GSM_FOBAR")
        .containsEntry("original_question", "o?")
        .containsEntry("solution", "2.\n#### 18\nThe answer is: 18");
    for (String array : List.of("[%s,%s]", "\uFEFF\r\n [\n  %s,\r\n  %s\n]\n")) {
      Path file = file(array.formatted(first, second));
      assertThat(Dataset.open(file).toList()).isEqualTo(problems);
      assertThat(Dataset.metaMath(file).shuffle(1).toList())
          .containsExactlyInAnyOrderElementsOf(problems);
    }
    check(
        Dataset::metaMath,
        "[" + first + ", {\"query\": \"b?\", \"response\": \"It is 7.\"}]",
        "row 2: key \"response\": expected a solution that ends in \"The answer is: X\", found"
            + " \"It is 7.\"");
    check(
        Dataset::metaMath,
        "[{\"query\": \"b?\", \"response\": \"The answer is: \"}]",
        "row 1: key \"response\"");
  }

  @Test
  void anyRowsAreReadByTheNamesOfTheirFields() throws IOException {
    Path file = file("{\"q\": \"1+1?\", \"a\": 2, \"key\": 9, \"how\": \"add\", \"more\": true}");
    Fields fields = Fields.of("q", "a").withId("key").withSolution("how");
    Problem problem = Dataset.jsonl(file, fields).iterator().next();
    assertThat(problem.id()).isEqualTo("9");
    assertThat(problem.question()).isEqualTo("1+1?");
    assertThat(problem.answer()).contains("2");
    assertThat(problem.attributes())
        .containsOnlyKeys("solution", "more")
        .containsEntry("solution", "add")
        .containsEntry("more", "true");
    assertThatThrownBy(() -> Fields.of("", "a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("Fields: question: expected the name of a field, found \"\"");
    check(
        Dataset::open,
        "{\"q\": \"1+1?\", \"a\": 2}",
        "line 1: expected question and answer, problem and solution, or query and response, found"
            + " q, a; name the format or the fields");
    check(Dataset::open, "{}", "found no key");
  }

  @Test
  void errorsNameFileLineAndField() throws IOException {
    check(
        Dataset::open,
        ROW + "{\"question\": \"1+1?\"}",
        "line 2: key \"answer\": expected a text or a number, found no such key");
    check(
        Dataset::jsonl,
        "\n" + ROW + "{\"answer\": \"2\"}",
        "line 3: key \"question\": expected a text or a number, found no such key");
    check(
        Dataset::jsonl,
        "{\"question\": \" \", \"answer\": \"2\"}",
        "line 1: key \"question\": expected a text or a number, found \" \"");
    check(
        Dataset::jsonl,
        "{\"question\": \"a?\", \"answer\": \"\"}",
        "line 1: key \"answer\": expected a text or a number, found \"\"");
    check(
        Dataset::jsonl,
        "{\"question\": \"a?\", \"answer\": null}",
        "key \"answer\": expected a text or a number, found null");
    check(
        Dataset::jsonl,
        "{\"question\": [1], \"answer\": \"2\"}",
        "key \"question\": expected a text or a number, found [1]");
    check(
        Dataset::jsonl,
        "{\"id\": {}, \"question\": \"a?\", \"answer\": \"2\"}",
        "key \"id\": expected a text or a number, found {}");
    check(
        Dataset::jsonl,
        ROW + "{\"question\": \"1+1?\", ",
        "line 2: expected a JSON object, found malformed JSON");
    check(
        Dataset::jsonl, ROW.strip() + " x", "line 1: expected a JSON object, found malformed JSON");
    check(Dataset::jsonl, "7", "line 1: expected a JSON object, found 7");
    check(Dataset::jsonl, "[1]", "row 1: expected a JSON object, found another value");
    check(
        Dataset::jsonl,
        "[" + ROW + ",",
        "row 1: expected a JSON object in an array, found malformed JSON");
    check(Dataset::jsonl, "[" + ROW + "] 1", "expected one JSON array, found more after row 1");
    for (String empty : List.of("", "\n \r\n", "\uFEFF", "[]", " [ ] ")) {
      check(Dataset::jsonl, empty, "expected at least one problem, found an empty file");
      check(Dataset::open, empty, "expected at least one problem, found an empty file");
    }
  }

  private void check(Function<Path, Dataset> dataset, String content, String message)
      throws IOException {
    Path file = file(content);
    for (Function<Dataset, Dataset> order :
        List.<Function<Dataset, Dataset>>of(d -> d, d -> d.shuffle(1))) {
      assertThatThrownBy(() -> order.apply(dataset.apply(file)).toList())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(file.toString())
          .hasMessageContaining(message);
    }
  }

  @Test
  void unreadableFilesAreRefused() throws IOException {
    Path missing = folder.resolve("none.jsonl");
    assertThatThrownBy(() -> Dataset.open(missing))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(missing.toString());
    assertThatThrownBy(() -> Dataset.jsonl(folder).toList())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found a folder");
    for (String form : List.of("%s", "[%s]")) {
      Path latin = folder.resolve("latin.jsonl");
      Files.write(
          latin,
          form.formatted("{\"question\": \"é?\", \"answer\": \"2\"}")
              .getBytes(StandardCharsets.ISO_8859_1));
      assertThatThrownBy(() -> Dataset.open(latin))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(latin.toString())
          .hasMessageContaining("UTF-8");
    }
  }

  @Test
  void anIdStandsForOneQuestion() throws IOException {
    String repeated = ROW + "{\"question\": \"1+2?\", \"answer\": \"3\"}\n" + ROW;
    assertThat(Dataset.open(file(repeated)).toList())
        .extracting(p -> p.answer().orElse(""))
        .containsExactly("2", "3");
    assertThat(Dataset.open(file(repeated)).keepRepeats().toList())
        .extracting(p -> p.answer().orElse(""))
        .containsExactly("2", "3", "2");
    String numbered = "{\"id\": 1, \"question\": \"%s\", \"answer\": \"2\"}\n";
    check(
        Dataset::jsonl,
        numbered.formatted("a?") + numbered.formatted("b?"),
        "line 2: key \"id\": expected an id of its own for every question, found \"1\", which"
            + " another question has in line 1");
  }

  @Test
  void rowsAreReadAsTheyAreNeeded() throws IOException {
    Path file = file(ROW + "no JSON\n");
    Iterator<Problem> problems = Dataset.jsonl(file).iterator();
    assertThat(problems.next().answer()).contains("2");
    assertThatThrownBy(problems::next).hasMessageContaining("line 2");
    assertThat(Dataset.jsonl(file).limit(1).toList()).hasSize(1);
    assertThat(Dataset.jsonl(file).limit(0).toList()).isEmpty();
  }

  @Test
  void selectionsAreChecked() throws IOException {
    Dataset dataset = Dataset.open(file(ROW));
    assertThatThrownBy(() -> dataset.limit(-1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> dataset.skip(-1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> dataset.split("valid", 0.9))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("split: expected one of the parts [train, test], found \"valid\"");
    assertThatThrownBy(() -> dataset.split("train", 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("trainShare: expected a number above 0 and below 1, found 1.0");
    assertThat(dataset.skip(5).toList()).isEmpty();
  }
}
