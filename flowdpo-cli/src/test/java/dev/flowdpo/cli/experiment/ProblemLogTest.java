package dev.flowdpo.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemLogTest {
  private static final List<ProblemLog.Row> ROWS =
      List.of(
          new ProblemLog.Row(true, 3, true),
          new ProblemLog.Row(false, 6, false),
          new ProblemLog.Row(false, 2, true));

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void write() {
    file = folder.resolve("problems.jsonl");
    try (ProblemLog log = ProblemLog.open(file, 0)) {
      ROWS.forEach(log::add);
      assertThat(log.rows()).isEqualTo(ROWS);
    }
  }

  @Test
  void goingOnCutsOffWhatCameAfterTheCheckpoint() throws IOException {
    try (ProblemLog log = ProblemLog.open(file, 2)) {
      assertThat(log.rows()).isEqualTo(ROWS.subList(0, 2));
      log.add(ROWS.get(0));
    }
    assertThat(Files.readAllLines(file)).hasSize(3);
    try (ProblemLog log = ProblemLog.open(file, 3)) {
      assertThat(log.rows()).containsExactly(ROWS.get(0), ROWS.get(1), ROWS.get(0));
    }
  }

  @Test
  void beginningAnewEmptiesTheFile() {
    try (ProblemLog log = ProblemLog.open(file, 0)) {
      assertThat(log.rows()).isEmpty();
    }
    assertThat(file).isEmptyFile();
  }

  @Test
  void aRowIsInTheFileAsSoonAsItIsAdded() throws IOException {
    try (ProblemLog log = ProblemLog.open(file, 3)) {
      log.add(ROWS.get(1));
      assertThat(Files.readAllLines(file)).hasSize(4);
    }
  }

  @Test
  void halfALineAfterTheCheckpointIsCutOff() throws IOException {
    Files.writeString(file, "{\"correct\":tr", StandardOpenOption.APPEND);
    try (ProblemLog log = ProblemLog.open(file, 3)) {
      assertThat(log.rows()).isEqualTo(ROWS);
    }
    assertThat(Files.readAllLines(file)).hasSize(3);
  }

  @Test
  void tooFewProblemsAreRefusedWithBothNumbers() {
    assertThatThrownBy(() -> ProblemLog.open(file, 5))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("expected the 5 problems")
        .hasMessageContaining("found 3");
    assertThatThrownBy(() -> ProblemLog.open(folder.resolve("none.jsonl"), 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"correct\":tr",
        "",
        "[true,3,true]",
        "{\"correct\":true}",
        "{\"correct\":\"yes\",\"chunks\":3,\"answered\":true}",
        "{\"correct\":true,\"chunks\":\"many\",\"answered\":true}"
      })
  void aDamagedLineBeforeTheCheckpointIsRefusedAndTheFileKept(String damaged) throws IOException {
    List<String> lines = Files.readAllLines(file);
    String content = lines.get(0) + "\n" + damaged + "\n" + lines.get(2) + "\n";
    Files.writeString(file, content);
    assertThatThrownBy(() -> ProblemLog.open(file, 3))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file + ", line 2: expected");
    assertThat(Files.readString(file)).isEqualTo(content);
  }
}
