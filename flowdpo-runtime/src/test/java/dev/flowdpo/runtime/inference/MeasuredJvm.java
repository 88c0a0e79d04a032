package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own for measuring memory outside the heap: its heap is of fixed size and resident
 * from the start, so that what grows is something else.
 */
final class MeasuredJvm {
  private MeasuredJvm() {}

  /** Runs a main class, which must succeed, and returns the last line that it prints. */
  static String run(Class<?> main, int heapMegabytes, String... arguments)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("flowdpo-memory", ".txt");
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Xms" + heapMegabytes + "m");
      command.add("-Xmx" + heapMegabytes + "m");
      command.add("-XX:+UseSerialGC");
      command.add("-XX:+AlwaysPreTouch");
      command.add("-XX:TieredStopAtLevel=1");
      command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"); // the last line is the result
      command.add(main.getName());
      command.addAll(List.of(arguments));
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
      try {
        // A guard against hanging, on a busy machine too.
        assertThat(process.waitFor(20, TimeUnit.MINUTES)).as("finished").isTrue();
      } finally {
        process.destroyForcibly();
      }
      List<String> lines = Files.readAllLines(output);
      assertThat(process.exitValue()).as("%s", lines).isZero();
      return lines.get(lines.size() - 1);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /**
   * Returns the bytes that Linux counts for this process in a line of its status.
   *
   * @param kind the name of the line, such as {@code VmRSS} or {@code RssAnon}
   */
  static long residentBytes(String kind) throws IOException {
    for (String line :
        Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.US_ASCII)) {
      if (line.startsWith(kind + ":")) {
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("/proc/self/status has no " + kind);
  }
}
