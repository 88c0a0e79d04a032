package dev.flowdpo.verify.external;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A running program that answers lines with lines. Reads at most one line at a time and at most a
 * given number of bytes of it, so that a flood stays in the pipe. Of standard error, the last line
 * is kept, to be shown where the program ends. Not thread-safe, but for {@link #kill}.
 */
final class LineProcess {
  private static final int EXIT_WAIT_MILLIS = 500;
  private static final Set<LineProcess> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Thread hook = new Thread(() -> RUNNING.forEach(LineProcess::destroy), "flowdpo-verifier-end");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private final MarkedProcesses started = new MarkedProcesses();
  private final Process process;
  private final OutputStream input;
  private final InputStream output;
  private final LastLine complaints;
  private final int maxLineBytes;
  private final byte[] buffer = new byte[8192];
  private int begin;
  private int end;

  /**
   * Starts the program.
   *
   * @throws IOException if it cannot be started
   */
  LineProcess(List<String> command, int maxLineBytes) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    started.mark(builder.environment());
    this.process = builder.start();
    this.input = process.getOutputStream();
    this.output = process.getInputStream();
    this.complaints = LastLine.of(process.getErrorStream());
    this.maxLineBytes = maxLineBytes;
    RUNNING.add(this);
  }

  /**
   * Writes a line and returns the next one that the program writes, without its end.
   *
   * @throws IOException if the program ends, or writes a longer line than allowed
   */
  String ask(String line) throws IOException {
    try {
      input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
    } catch (IOException e) {
      throw ended(e);
    }
    byte[] answer = new byte[256];
    int length = 0;
    while (true) {
      if (begin == end) {
        end = Math.max(0, output.read(buffer));
        begin = 0;
        if (end == 0) {
          throw ended(new EOFException("standard output ended"));
        }
      }
      byte next = buffer[begin++];
      if (next == '\n') {
        return new String(answer, 0, length, StandardCharsets.UTF_8);
      }
      if (length == maxLineBytes) {
        throw new IOException("the program wrote a line of more than " + maxLineBytes + " bytes");
      }
      if (length == answer.length) {
        answer = Arrays.copyOf(answer, 2 * length);
      }
      answer[length++] = next;
    }
  }

  /** Returns why there will be no answer, as far as the program told. */
  private IOException ended(IOException cause) {
    StringBuilder message = new StringBuilder("the program ended without an answer");
    try {
      if (process.waitFor(EXIT_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        message.append(", exit code ").append(process.exitValue());
        String complaint = complaints.atEnd(EXIT_WAIT_MILLIS);
        message.append(complaint.isEmpty() ? "" : ": " + complaint);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new IOException(message.toString(), cause);
  }

  /** Says whether the program has written more than it was asked for. */
  boolean hasMore() throws IOException {
    return begin < end || output.available() > 0;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends the program and what it started; what waits for it fails. */
  void kill() {
    RUNNING.remove(this);
    destroy();
    close(input);
    close(output);
    close(process.getErrorStream());
  }

  private void destroy() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    started.destroy();
  }

  private static void close(AutoCloseable stream) {
    try {
      stream.close();
    } catch (Exception e) {
      org.slf4j.LoggerFactory.getLogger(LineProcess.class).trace("closing a killed program", e);
    }
  }
}
