package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  private static final String NAME = "state.lock";

  @TempDir private Path folder;

  @Test
  void anotherProcessHasItUntilItIsKilled() throws IOException {
    try (LockingProcess other = LockingProcess.start(folder, NAME)) {
      assertThat(other.answer()).isEqualTo("locked");
      assertThatThrownBy(() -> FolderLock.take(folder, NAME, "trainer"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("for the trainer")
          .hasMessageContaining("learner \"other\" of process " + other.pid());
    }
    FolderLock.take(folder, NAME, "trainer").close();
  }

  /** Closing a file gives up all locks that the process has on it, as POSIX has them. */
  @Test
  void aRefusalWithinTheProcessKeepsOtherProcessesOut() throws IOException {
    Path nested = Files.createDirectory(folder.resolve("nested"));
    try (FolderLock lock = FolderLock.take(folder, NAME, "first")) {
      assertThatThrownBy(() -> FolderLock.take(nested.resolve(".."), NAME, "second"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("found that the first of this process does");
      try (LockingProcess other = LockingProcess.start(folder, NAME)) {
        assertThat(other.answer()).contains("first of process " + ProcessHandle.current().pid());
      }
      lock.close(); // and once more
    }
    try (LockingProcess other = LockingProcess.start(folder, NAME)) {
      assertThat(other.answer()).isEqualTo("locked");
    }
  }

  @Test
  void anInterruptIsKeptAndDoesNotGiveItUp() throws IOException {
    Thread.currentThread().interrupt();
    try (FolderLock lock = FolderLock.take(folder.resolve("made"), NAME, "first")) {
      assertThat(Thread.interrupted()).isTrue();
      try (LockingProcess other = LockingProcess.start(folder.resolve("made"), NAME)) {
        assertThat(other.answer()).contains("first of process");
      }
    }
  }

  @Test
  void aFolderThatIsNoneIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> FolderLock.take(file, NAME, "first"))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining(file.toString());
  }
}
