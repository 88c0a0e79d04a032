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
  private static final double KIB_PER_MB = 1e6 / 1024;

  private ResidentMemory() {}

  /**
   * Returns the resident memory in megabytes of a million bytes.
   *
   * @throws UncheckedIOException on a system that has neither source, such as Windows
   */
  static double megabytes() {
    try {
      return (Files.isReadable(STATUS) ? fromStatus() : fromPs()) / KIB_PER_MB;
    } catch (IOException e) {
      throw new UncheckedIOException("Resident memory: expected " + STATUS + " or ps", e);
    }
  }

  private static long fromStatus() throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException(STATUS + ": expected a line VmRSS, found none");
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
