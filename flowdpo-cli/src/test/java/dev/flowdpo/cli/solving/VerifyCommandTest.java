package dev.flowdpo.cli.solving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.realdata.RealData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifyCommandTest {
  @TempDir private Path folder;

  @Test
  void judgesBareAnswersAndWholeSolutions() throws IOException {
    CommandRun run =
        verify(
            "--json",
            "{\"gold\":\"1/2\",\"pred\":\"0.5\"}",
            "{\"gold\":10000,\"pred\":\"10{,}000\"}",
            "",
            "{\"gold_answer_text\":\"18\",\"solution\":\"16 - 3 = 13\\nA: 18\"}",
            "{\"gold_answer_text\":\"18\",\"solution\":\"It is 18, so \\\\boxed{17}\"}",
            "{\"gold_answer_text\":\"18\",\"solution\":\"It is 18 and then \\\\boxed{18\"}",
            "{\"gold\":\" \",\"pred\":\"3\"}");

    assertThat(run.exitCode()).as(run.err()).isZero();
    List<JsonNode> lines = run.jsonLines();
    assertThat(lines).hasSize(7);
    assertThat(lines.subList(0, 6))
        .allSatisfy(
            row ->
                assertThat(CommandRun.keys(row))
                    .containsExactly("correct", "extracted", "rule", "reason"));
    assertThat(lines.subList(0, 6))
        .extracting(row -> row.get("correct").asText())
        .containsExactly("true", "true", "true", "false", "false", "null");
    assertThat(lines.get(5).get("correct").isNull()).isTrue();
    assertThat(lines.subList(2, 5))
        .extracting(row -> row.get("extracted").asText() + "|" + row.get("rule").asText())
        .containsExactly("18|answer phrase", "17|boxed", "|none");
    assertThat(lines.subList(0, 6)).allMatch(row -> !row.get("reason").asText().isEmpty());
    assertThat(run.json()).hasToString("{\"rows\":6,\"correct\":3,\"unknown\":1}");
    assertThat(run.err()).contains("6 rows: 3 correct, 2 incorrect, 1 unknown");
  }

  @Test
  void countsAndNamesTheRowsWhoseLabelIsAnother() throws IOException {
    CommandRun run =
        verify(
            "{\"gold\":\"2\",\"pred\":\"2\",\"expected\":true}",
            "{\"gold\":\"2\",\"pred\":\"3\",\"is_correct\":true,\"id\":\"p7\"}",
            "{\"gold\":\"2\",\"pred\":\"2\",\"label\":false,\"label_suspect\":\"a reason\"}",
            "{\"gold\":\"2\",\"pred\":\"5\"}");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "4 rows: 2 correct, 2 incorrect, 0 unknown",
            "1 of 3 labelled rows agree, 33.33 %",
            run.out().lines().toList().get(2),
            run.out().lines().toList().get(3));
    assertThat(run.out().lines().toList().get(2))
        .startsWith("line 2 (p7): labelled correct, found incorrect: \"3\" (whole text)");
    assertThat(run.out().lines().toList().get(3))
        .startsWith("line 3: labelled incorrect (suspect), found correct: \"2\"");
  }

  @Test
  void takesTheLastNumberOnRequestOnly() throws IOException {
    String row = "{\"gold_answer_text\":\"7\",\"solution\":\"3 + 4 = 7\"}";

    assertThat(verify("--json", row).json().get("correct").asInt()).isZero();
    assertThat(verify("--json", "--last-number", row).json().get("correct").asInt()).isOne();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"gold\":\"1\", | malformed JSON",
        "[1,2] | expected a JSON object",
        "{} | found no keys",
        "{\"question\":\"a\",\"answer\":\"b\"} | found the keys question, answer",
        "{\"gold\":\"1\"} | \"pred\": expected a text or a number, found no such key",
        "{\"pred\":\"1\"} | \"gold\": expected a text or a number, found no such key",
        "{\"gold\":\"1\",\"pred\":null} | \"pred\": expected a text or a number, found null",
        "{\"gold\":[1],\"pred\":\"1\"} | \"gold\": expected a text or a number, found [1]",
        "{\"gold_answer_text\":\"1\"} | \"solution\": expected a text or a number",
        "{\"solution\":\"1\"} | \"gold_answer_text\": expected a text or a number",
      })
  void refusesABadRowByFileAndLineBeforeItPrintsAnything(String row, String message)
      throws IOException {
    CommandRun run = verify("--json", "{\"gold\":\"1\",\"pred\":\"1\"}", "", row);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("rows.jsonl, line 3", message).hasLineCount(1);
  }

  @Test
  void refusesAnEmptyFileAMissingOneAFolderAndOtherBytes() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty.jsonl"), "\n\n");
    Path latin =
        Files.write(
            folder.resolve("latin.jsonl"),
            "{\"gold\":\"é\",\"pred\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1));

    for (Path file : List.of(empty, latin, folder.resolve("none.jsonl"), folder)) {
      CommandRun run = CommandRun.of("verify", "--data", file);

      assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).contains(file.toString()).hasLineCount(1);
    }
  }

  @Test
  void hostileRowsEndWithAVerdict() throws IOException {
    String deep = "(".repeat(20_000) + "x" + ")".repeat(20_000);
    String tower = "9^".repeat(2_000) + "9";
    String digits = "1".repeat(1_000_000);
    CommandRun run =
        verify(
            "--json",
            JsonText.line(Map.of("gold", deep, "pred", deep + "+1")),
            JsonText.line(Map.of("gold", tower, "pred", "1")),
            JsonText.line(Map.of("gold", digits, "pred", digits + "0")),
            JsonText.line(Map.of("gold_answer_text", "1", "solution", "\\boxed{".repeat(9_999))));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.json().get("rows").asInt()).isEqualTo(4);
    assertThat(run.json().get("correct").asInt()).isZero();
  }

  @Test
  void aLongFileStreams() throws IOException {
    String[] rows =
        IntStream.range(0, 3_000)
            .mapToObj(i -> "{\"gold\":\"" + i + "\",\"pred\":\"" + (i - i % 2) + "\"}")
            .toArray(String[]::new);

    CommandRun run = verify("--json", rows);

    assertThat(run.jsonLines()).hasSize(3_001);
    assertThat(run.json()).hasToString("{\"rows\":3000,\"correct\":1500,\"unknown\":0}");
  }

  @Test
  void agreesWithPeopleOnRealSolutions() {
    for (String name : List.of("gsm8k_model_solutions.jsonl", "math_model_solutions.jsonl")) {
      Path file = RealData.at("verifier/" + name);

      CommandRun run = CommandRun.of("verify", "--data", file);

      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.out().lines().skip(2))
          .as(name)
          .allMatch(line -> line.contains("labelled") && line.contains("(suspect)"));
    }
  }

  private CommandRun verify(String... optionsAndRows) throws IOException {
    List<String> all = List.of(optionsAndRows);
    List<String> options = all.stream().filter(text -> text.startsWith("--")).toList();
    String rows =
        all.stream().filter(text -> !text.startsWith("--")).collect(Collectors.joining("\n"));
    Path file = Files.writeString(folder.resolve("rows.jsonl"), rows + "\n");
    List<Object> arguments = new ArrayList<>(List.of("verify", "--data", file));
    arguments.addAll(options);
    return CommandRun.of(arguments.toArray());
  }

  private CommandRun verify(String option, String[] rows) throws IOException {
    return verify(Stream.concat(Stream.of(option), Arrays.stream(rows)).toArray(String[]::new));
  }
}
