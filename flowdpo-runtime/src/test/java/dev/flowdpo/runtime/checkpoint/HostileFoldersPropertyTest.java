package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.FileChange.Kind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/**
 * A file of a model or adapter folder that is damaged or made to do harm is read or refused: the
 * exception is the library's own and names the file, and what is allocated on the way is bounded by
 * the size of the file, not by a number in it.
 */
class HostileFoldersPropertyTest {
  private static @Nullable HostileFolder folder;

  @BeforeContainer
  static void writeFolders() throws IOException {
    folder = new HostileFolder();
  }

  @AfterContainer
  static void deleteFolders() throws IOException {
    if (folder != null) {
      folder.close();
    }
  }

  private static HostileFolder folder() {
    if (folder == null) {
      throw new IllegalStateException("The folders are not there");
    }
    return folder;
  }

  @Provide
  Arbitrary<HostileFolder.Entry> files() {
    return Arbitraries.of(folder().entries());
  }

  @Provide
  Arbitrary<List<FileChange>> changes() {
    // Values make up half, as they reach furthest.
    Arbitrary<Kind> kinds =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.of(Kind.class)),
            Tuple.of(1, Arbitraries.just(Kind.OTHER_VALUE)));
    return Combinators.combine(kinds, Arbitraries.longs())
        .as(FileChange::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  // Always the same ones, as native code that fails on a new one would end the whole build.
  @Property(tries = 1000, seed = "20")
  void readsOrRefuses(
      @ForAll("files") HostileFolder.Entry entry, @ForAll("changes") List<FileChange> changes)
      throws IOException {
    byte[] bytes = entry.sound();
    for (FileChange change : changes) {
      bytes = change.apply(bytes);
    }
    Files.write(entry.file(), bytes);
    try {
      long allocated = allocatedBy(entry);
      assertThat(allocated).as("allocated").isLessThan(entry.allowance(bytes.length));
    } finally {
      Files.write(entry.file(), entry.sound());
    }
  }

  private static long allocatedBy(HostileFolder.Entry entry) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try {
      entry.reader().accept(entry.file());
    } catch (InvalidInputException e) {
      String message = String.valueOf(e.getMessage());
      assertThat(message).contains(folder().root().toString()).hasSizeLessThan(100_000);
      assertThat(entry.names()).as(message).anyMatch(message::contains);
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
