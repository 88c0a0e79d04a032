package dev.flowdpo.runtime.checkpoint;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Another process that takes a folder's lock, and has it until it ends. */
public final class LockingProcess implements AutoCloseable {
  private final Process process;
  private final String answer;

  private LockingProcess(Process process, String answer) {
    this.process = process;
    this.answer = answer;
  }

  /** Starts the process, and waits until it has the lock or was refused. */
  public static LockingProcess start(Path folder, String name) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LockingProcess.class.getName(),
                folder.toString(),
                name)
            .redirectErrorStream(true)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    return new LockingProcess(process, String.valueOf(output.readLine()));
  }

  /** Returns "locked", or why it was refused. */
  public String answer() {
    return answer;
  }

  public long pid() {
    return process.pid();
  }

  /** Kills the process, which gets no chance to give the lock up. */
  @Override
  public void close() throws IOException {
    try {
      process.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** Takes a folder and the lock's name. */
  public static void main(String[] arguments) throws InterruptedException {
    try {
      FolderLock.take(Path.of(arguments[0]), arguments[1], "learner \"other\"");
      System.out.println("locked");
    } catch (RuntimeException e) {
      System.out.println(e);
      return;
    }
    Thread.sleep(Long.MAX_VALUE);
  }
}
