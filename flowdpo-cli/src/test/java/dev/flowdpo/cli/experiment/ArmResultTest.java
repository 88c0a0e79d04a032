package dev.flowdpo.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run leaves, and the file it is kept in. */
class ArmResultTest {
  @TempDir private Path folder;

  @Test
  void accuraciesAreSharesOfTheirWindows() {
    ArmResult result = result("0011" + "0".repeat(96));
    assertThat(result.accuracy()).isEqualTo(0.02);
    assertThat(result.accuracy(0, 4)).isEqualTo(0.5);
    assertThat(result.accuracy(2, 4)).isEqualTo(1);
    assertThat(result.accuracy(4, 100)).isZero();
    assertThat(result.accuracy(7, 7)).isZero();
  }

  @Test
  void theLastAreTwoHundredOrAllWhereThereAreFewer() {
    assertThat(result("1".repeat(300) + "0".repeat(150) + "1".repeat(50)).accuracyOfLast())
        .isEqualTo(0.25);
    assertThat(result("0111").accuracyOfLast()).isEqualTo(0.75);
    assertThat(result("").accuracyOfLast()).isZero();
  }

  @Test
  void mistakesAddUpBySource() {
    ArmResult result = result("1");
    assertThat(result.shareOf(Mistake.Source.NONE)).isEqualTo(0.5);
    assertThat(result.shareOf(Mistake.Source.REASONING)).isEqualTo(0.3);
    assertThat(result.shareOf(Mistake.Source.STYLE)).isEqualTo(0.2);
    assertThat(result.shareOf(Mistake.Source.ARITHMETIC)).isZero();
  }

  @Test
  void outcomesAreACharacterAProblem() {
    assertThat(ArmResult.outcomes(List.of(true, false, false))).isEqualTo("100");
  }

  @Test
  void aRunThatIsDoneIsReadInsteadOfRepeated() {
    ResultFile file = new ResultFile(folder.resolve("run"));
    AtomicInteger runs = new AtomicInteger();
    assertThat(file.read(ArmResult.class)).isEmpty();
    ArmResult first = file.orElse(ArmResult.class, () -> counted(runs));
    ArmResult second = file.orElse(ArmResult.class, () -> counted(runs));

    assertThat(file.read(ArmResult.class)).hasValue(first);
    assertThat(runs).hasValue(1);
    assertThat(first).isEqualTo(result("0101"));
    assertThat(second).isEqualTo(first);
    assertThat(file.keep(() -> result("11"))).isEqualTo(result("11"));
    assertThat(file.read(ArmResult.class)).as("in its place").hasValue(result("11"));
  }

  @Test
  void aRunThatFailsLeavesNoResult() {
    ResultFile file = new ResultFile(folder);
    assertThatThrownBy(
            () ->
                file.orElse(
                    ArmResult.class,
                    () -> {
                      throw new IllegalStateException("power cut");
                    }))
        .hasMessage("power cut");
    assertThat(file.read(ArmResult.class)).isEmpty();
  }

  @Test
  void resultsWithoutANumberComeBackAsTheyWere() {
    ResultFile file = new ResultFile(folder);
    TraceKindResult result =
        new TraceKindResult("standard", "self", 1, 7, 3, 0.5, Double.NaN, 8, 16, "01".repeat(8));
    file.orElse(TraceKindResult.class, () -> result);
    assertThat(
            file.orElse(
                TraceKindResult.class,
                () -> {
                  throw new IllegalStateException("run again");
                }))
        .isEqualTo(result);
  }

  @Test
  void aDamagedResultIsRefusedByItsFile() throws IOException {
    Path json = folder.resolve("result.json");
    for (String content : List.of("{\"arm\":\"flow-dpo\",", "[]", "{}", "{\"arm\":3,\"x\":1}")) {
      Files.writeString(json, content);
      assertThatThrownBy(() -> new ResultFile(folder).orElse(ArmResult.class, () -> result("1")))
          .as(content)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(json.toString());
      assertThat(json).hasContent(content);
    }
  }

  @Test
  void allResultsAreALineEach() throws IOException {
    JsonText.writeLines(folder.resolve("results.jsonl"), List.of(result("01"), result("11")));
    assertThat(Files.readAllLines(folder.resolve("results.jsonl")))
        .hasSize(2)
        .allMatch(line -> line.startsWith("{\"arm\":\"flow-dpo\",\"seed\":3,"));
  }

  private static ArmResult counted(AtomicInteger runs) {
    runs.incrementAndGet();
    return result("0101");
  }

  private static ArmResult result(String outcomes) {
    Map<Mistake, Integer> mistakes = new EnumMap<>(Mistake.class);
    mistakes.put(Mistake.NONE, 5);
    mistakes.put(Mistake.WRONG_STEP, 1);
    mistakes.put(Mistake.EXTRA_STEP, 2);
    mistakes.put(Mistake.GUESS, 2);
    return new ArmResult(
        "flow-dpo",
        3,
        outcomes,
        0.5,
        10,
        "1110001100",
        mistakes,
        3.5,
        4.25,
        0.1,
        40,
        60,
        20,
        15,
        -0.25,
        0.8,
        50,
        30,
        1.25,
        1.5);
  }
}
