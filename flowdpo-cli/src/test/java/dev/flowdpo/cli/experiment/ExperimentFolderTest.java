package dev.flowdpo.cli.experiment;

import static dev.flowdpo.cli.run.RunFolder.Existing.REFUSE;
import static dev.flowdpo.cli.run.RunFolder.Existing.REPLACE;
import static dev.flowdpo.cli.run.RunFolder.Existing.RESUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentFolderTest {
  private static final Map<String, String> SETTINGS =
      Map.of("experiment", "online", "problems", "32", "seeds", "[0, 1]");

  @TempDir private Path parent;
  private Path folder;
  private Path run;
  private Path foreign;

  @BeforeEach
  void anExperimentWithARun() throws IOException {
    folder = parent.resolve("experiment");
    open(folder, SETTINGS, REFUSE);
    run = folder.resolve("runs/flow-dpo/seed-0/result.json");
    Files.createDirectories(run.getParent());
    Files.writeString(run, "{}");
    foreign = Files.writeString(folder.resolve("notes.txt"), "mine");
  }

  @Test
  void anExperimentIsNotOverwrittenUnasked() {
    assertThatThrownBy(() -> open(folder, SETTINGS, REFUSE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("--resume")
        .hasMessageContaining("--overwrite");
    assertThat(run).exists();
  }

  @Test
  void resumingKeepsTheRuns() {
    assertThat(open(folder, SETTINGS, RESUME).path()).isEqualTo(folder);
    assertThat(run).exists();
    assertThat(foreign).exists();
  }

  @Test
  void replacingDeletesTheExperimentAndNothingElse() {
    open(folder, Map.of("problems", "64"), REPLACE);
    assertThat(run).doesNotExist();
    assertThat(folder.resolve("runs")).doesNotExist();
    assertThat(foreign).hasContent("mine");
    assertThat(folder.resolve("experiment.json")).content().contains("64");
  }

  @Test
  void resumingWithOtherSettingsIsRefusedByTheKey() {
    assertThatThrownBy(
            () ->
                open(
                    folder,
                    Map.of("experiment", "online", "problems", "64", "seeds", "[0, 1]"),
                    RESUME))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("experiment.json")
        .hasMessageContaining("\"problems\": expected 64 as now given, found 32");
    assertThat(folder.resolve("experiment.json")).content().contains("32");
  }

  @Test
  void whatMayGrowMayNotShrinkOrBecomeSomethingElse() {
    grow("64");
    assertThat(folder.resolve("experiment.json")).content().contains("\"problems\":\"64\"");
    for (String now : List.of("63", "many")) {
      assertThatThrownBy(() -> grow(now))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("\"problems\": expected " + now + " as now given, found 64")
          .hasMessageContaining("or with more");
    }
    grow("64");
  }

  private void grow(String problems) {
    Map<String, String> settings =
        Map.of("experiment", "online", "problems", problems, "seeds", "[0, 1]");
    new RunFolder(folder, ExperimentOptions.GROWING, settings, RESUME).close();
  }

  @Test
  void resumingAnotherKindOfExperimentIsRefused() {
    assertThatThrownBy(
            () ->
                open(
                    folder,
                    Map.of("experiment", "compile", "problems", "32", "seeds", "[0, 1]"),
                    RESUME))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"experiment\": expected compile as now given, found online");
  }

  @Test
  void resumingWhereThereIsNothingBegins() {
    Path none = parent.resolve("none/yet");
    open(none, SETTINGS, RESUME);
    assertThat(none.resolve("experiment.json")).exists();
  }

  @Test
  void damagedSettingsAreRefusedByTheirFile() throws IOException {
    Files.writeString(folder.resolve("experiment.json"), "{\"problems\":");
    assertThatThrownBy(() -> open(folder, SETTINGS, RESUME))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("experiment.json");
    assertThat(run).exists();
  }

  @Test
  void aFileIsNoFolder() {
    assertThatThrownBy(() -> open(foreign, SETTINGS, REPLACE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(foreign.toString())
        .hasMessageContaining("found a file");
    assertThat(foreign).hasContent("mine");
  }

  private static RunFolder open(
      Path folder, Map<String, String> settings, RunFolder.Existing existing) {
    return new RunFolder(folder, ExperimentOptions.FOLDER, settings, existing);
  }
}
