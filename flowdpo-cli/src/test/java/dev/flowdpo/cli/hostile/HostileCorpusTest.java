package dev.flowdpo.cli.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing that a model folder, a template or an answer holds ends the process, keeps it for ever or
 * fills the memory: all of a hostile corpus is opened in a process whose limits only a hang or a
 * bomb reaches, and honest work goes on after it. The JVM checks all calls between Java and native
 * code meanwhile.
 */
class HostileCorpusTest {
  private static final long MOST_KILOBYTES = 1 << 20;
  private static final long MOST_SECONDS = 300;

  private final List<String> warnings = new ArrayList<>();

  @TempDir private Path folder;

  @Test
  void everythingIsReadOrRefusedByAProcessThatLives() throws Exception {
    new HostileCorpus(folder).write();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx400m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xcheck:jni",
            HostileReader.class.getName(),
            folder.toString());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Path log = folder.resolve("log");
    Process process = builder.redirectError(log.toFile()).start();
    Map<String, String> outcomes;
    try {
      Thread watch = new Thread(() -> endAfterTime(process));
      watch.setDaemon(true);
      watch.start();
      outcomes = outcomes(process);
      assertThat(process.waitFor()).as("%s %s", outcomes, log(log)).isZero();
    } finally {
      process.destroyForcibly();
    }

    assertThat(outcomes).as(log(log)).containsEntry("end", "");
    assertThat(outcomes).containsEntry("honest", "judged: right");
    assertThat(outcomes).hasSizeGreaterThan(100);
    // ONNX Runtime makes a reference for each input, and more than JNI promises room for.
    assertThat(warnings).allMatch(warning -> warning.startsWith("WARNING: JNI local refs"));
    String peak = outcomes.getOrDefault("peak", "");
    if (!peak.isEmpty()) { // of Linux
      assertThat(Long.parseLong(peak)).as("kB resident").isLessThan(MOST_KILOBYTES);
    }
  }

  private static String log(Path log) throws IOException {
    return Files.exists(log) ? Files.readString(log) : "";
  }

  private static void endAfterTime(Process process) {
    try {
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns what became of each, and the most memory that was resident. */
  private Map<String, String> outcomes(Process process) throws IOException {
    Map<String, String> outcomes = new LinkedHashMap<>();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String name = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("WARNING")) {
          warnings.add(line);
        } else if (line.startsWith("\tat ") || line.isEmpty()) {
          continue; // where a warning comes from
        } else if (line.startsWith("begin ")) {
          name = line.substring("begin ".length());
        } else if (line.equals("end")) {
          outcomes.put("end", "");
          peak(process.pid()).forEach(kilobytes -> outcomes.put("peak", kilobytes));
        } else {
          outcomes.put(name, line);
        }
      }
    }
    return outcomes;
  }

  private static List<String> peak(long pid) throws IOException {
    List<String> found = new ArrayList<>();
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (Files.exists(status)) {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmHWM:")) {
          found.add(line.replaceAll("[^0-9]", ""));
        }
      }
    }
    return found;
  }
}
