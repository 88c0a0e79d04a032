package dev.flowdpo.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    RunFolder resumed = new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.RESUME);

    assertThat(resumed.heldOutBefore()).hasValue(0.25);
    assertThat(resumed.isResumed()).isTrue();
  }

  @Test
  void replacingDeletesTheRunAndNothingElse() throws IOException {
    new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.REFUSE).heldOutBefore(0.25);
    Files.createDirectories(folder.resolve("checkpoint/problems-8"));
    Files.writeString(folder.resolve("checkpoint/latest"), "problems-8");
    Files.writeString(folder.resolve("notes.txt"), "mine");

    RunFolder replaced = new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.REPLACE);

    assertThat(replaced.heldOutBefore()).isEmpty();
    assertThat(folder.resolve("checkpoint")).doesNotExist();
    assertThat(folder.resolve("notes.txt")).hasContent("mine");
  }

  @Test
  void replacingLeavesAFolderWithoutARunAlone() throws IOException {
    Files.createDirectories(folder.resolve("answer"));

    new RunFolder(folder, RunFiles.KIND, SETTINGS, RunFolder.Existing.REPLACE);

    assertThat(folder.resolve("answer")).isDirectory();
  }
}
