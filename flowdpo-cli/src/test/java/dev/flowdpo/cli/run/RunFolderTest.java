package dev.flowdpo.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private static final Map<String, String> SETTINGS = Map.of("seed", "1");

  @TempDir private Path folder;

  @Test
  void aResumedRunRemembersTheAccuracyBefore() {
    RunFolder first = new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.RESUME);
    assertThat(first.heldOutBefore()).isEmpty();
    first.heldOutBefore(0.25);
    first.close();

    try (RunFolder resumed =
        new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.RESUME)) {
      assertThat(resumed.heldOutBefore()).hasValue(0.25);
      assertThat(resumed.isResumed()).isTrue();
    }
  }

  @Test
  void damagedSettingsAndLinksAreRefused() throws IOException {
    try (RunFolder first =
        new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.RESUME)) {
      first.heldOutBefore(0.0001);
    }
    Path file = folder.resolve("run.json");
    String good = Files.readString(file);
    for (String bad : List.of(good.replace("1.0E-4", "1.0E-5"), good.substring(3), "")) {
      Files.writeString(file, bad);
      assertThatThrownBy(() -> resume()).hasMessageContaining("run.json");
    }
    Files.writeString(file, "{\"seed\":\"1\"}"); // as earlier versions wrote it
    resume().close();
    Path elsewhere = Files.createTempDirectory(folder, "elsewhere");
    Path link = Files.createSymbolicLink(folder.resolve(RunFiles.CHECKPOINT), elsewhere);
    assertThatThrownBy(() -> resume()).hasMessageContaining(link + ": expected a file or folder");
  }

  private RunFolder resume() {
    return new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.RESUME);
  }

  @Test
  void oneCommandAtATimeHasTheFolder() throws IOException {
    for (RunFolder.Existing existing : RunFolder.Existing.values()) {
      try (RunFolder open =
          new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.RESUME)) {
        Files.writeString(open.file(RunFiles.METRICS), "{}");
        assertThatThrownBy(() -> new RunFolder(folder, RunFiles.KIND, SETTINGS, existing))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining(folder.toString())
            .hasMessageContaining("this process");
        assertThat(open.file(RunFiles.METRICS)).as("not replaced").hasContent("{}");
      }
    }
  }

  @Test
  void replacingDeletesTheRunAndNothingElse() throws IOException {
    try (RunFolder first =
        new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.REFUSE)) {
      first.heldOutBefore(0.25);
    }
    Files.createDirectories(folder.resolve("checkpoint/problems-8"));
    Files.writeString(folder.resolve("checkpoint/latest"), "problems-8");
    Files.writeString(folder.resolve("notes.txt"), "mine");

    try (RunFolder replaced =
        new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.REPLACE)) {
      assertThat(replaced.heldOutBefore()).isEmpty();
    }
    assertThat(folder.resolve("checkpoint")).doesNotExist();
    assertThat(folder.resolve("notes.txt")).hasContent("mine");
  }

  @Test
  void replacingLeavesAFolderWithoutARunAlone() throws IOException {
    Files.createDirectories(folder.resolve("answer"));

    new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.REPLACE).close();

    assertThat(folder.resolve("answer")).isDirectory();
  }
}
