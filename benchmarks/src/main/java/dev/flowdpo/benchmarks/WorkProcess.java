package dev.flowdpo.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A virtual machine that works, and is killed or not. For one thread. */
final class WorkProcess {
  private static final Duration HANGS = Duration.ofMinutes(15);

  private final Process process;
  private final CountDownLatch begun = new CountDownLatch(1);
  private final StringBuffer output = new StringBuffer();
  private final Thread reader;

  private WorkProcess(Process process) {
    this.process = process;
    this.reader = new Thread(this::read, "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a machine.
   *
   * @param command a main class, which prints {@code begun} when its work begins, and its arguments
   */
  static WorkProcess start(List<String> command) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path")));
    line.addAll(command);
    return new WorkProcess(new ProcessBuilder(line).redirectErrorStream(true).start());
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.append(line).append('\n');
        if (line.equals(KilledWork.Begun.WORD)) {
          begun.countDown();
        }
      }
    } catch (IOException e) {
      output.append(new UncheckedIOException("Its output ended", e)).append('\n');
    } finally {
      begun.countDown();
    }
  }

  /**
   * Waits until the work has begun and the time after that is over.
   *
   * @return whether it was killed then; else it had ended by itself
   */
  boolean killedAfter(Duration time) throws InterruptedException {
    begun.await();
    boolean ended = process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
      reader.join();
    }
    return !ended;
  }

  /** Waits for the end, which must be a good one, and returns how long it took from its begin. */
  Duration finish() throws InterruptedException {
    begun.await();
    long begin = System.nanoTime();
    if (!process.waitFor(HANGS.toMinutes(), TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
      throw new IllegalStateException("It hangs; its output:\n" + output);
    }
    reader.join();
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          "It ended with " + process.exitValue() + "; its output:\n" + output);
    }
    return Duration.ofNanos(System.nanoTime() - begin);
  }
}
