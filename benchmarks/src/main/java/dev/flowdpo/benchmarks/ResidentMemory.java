package dev.flowdpo.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads how much memory of this process is resident: Java heap and native memory together, from
 * Linux's process file system or from {@code ps}. Stateless and thread-safe.
 */
final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");
  private static final double KIB_PER_MB = 1e6 / 1024;

  /** What Linux counts apart; elsewhere only the total is known. */
  enum Kind {
    /** The most that was resident at one moment so far. */
    PEAK("VmHWM:"),
    /** Resident now: heap, stacks, and what native code allocated. */
    ANONYMOUS("RssAnon:"),
    /** Resident now: pages of mapped files. */
    FILES("RssFile:");

    private final String line;

    Kind(String line) {
      this.line = line;
    }
  }

  private ResidentMemory() {}

  /**
   * Returns a part of what is resident in megabytes of a million bytes.
   *
   * @throws UncheckedIOException on a system other than Linux
   */
  static double megabytes(Kind kind) {
    try {
      return fromStatus(kind.line) / KIB_PER_MB;
    } catch (IOException e) {
      throw new UncheckedIOException("Resident memory: expected " + STATUS, e);
    }
  }

  /**
   * Has {@link Kind#PEAK} count from now on.
   *
   * @throws UncheckedIOException on a system other than Linux
   */
  static void resetPeak() {
    try {
      Files.writeString(CLEAR, "5");
    } catch (IOException e) {
      throw new UncheckedIOException("Resident memory: expected " + CLEAR, e);
    }
  }

  /**
   * Returns the resident memory in megabytes of a million bytes.
   *
   * @throws UncheckedIOException on a system that has neither source, such as Windows
   */
  static double megabytes() {
    try {
      return (Files.isReadable(STATUS) ? fromStatus("VmRSS:") : fromPs()) / KIB_PER_MB;
    } catch (IOException e) {
      throw new UncheckedIOException("Resident memory: expected " + STATUS + " or ps", e);
    }
  }

  private static long fromStatus(String start) throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith(start)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException(STATUS + ": expected a line " + start + " found none");
  }

  private static long fromPs() throws IOException {
    String pid = Long.toString(ProcessHandle.current().pid());
    Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", pid).start();
    try (InputStream output = ps.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.US_ASCII).strip();
      return Long.parseLong(text);
    }
  }
}
