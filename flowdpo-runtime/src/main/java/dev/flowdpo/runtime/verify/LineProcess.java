package dev.flowdpo.runtime.verify;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A running program that answers lines with lines. Its standard error is thrown away. Reads at most
 * one line at a time and at most a given number of bytes of it, so that a flood stays in the pipe.
 * Not thread-safe, but for {@link #kill}.
 */
final class LineProcess {
  private final Process process;
  private final OutputStream input;
  private final InputStream output;
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
    this.process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    this.input = process.getOutputStream();
    this.output = process.getInputStream();
    this.maxLineBytes = maxLineBytes;
  }

  /**
   * Writes a line and returns the next one that the program writes, without its end.
   *
   * @throws IOException if the program ends, or writes a longer line than allowed
   */
  String ask(String line) throws IOException {
    input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    input.flush();
    byte[] answer = new byte[256];
    int length = 0;
    while (true) {
      if (begin == end) {
        end = Math.max(0, output.read(buffer));
        begin = 0;
        if (end == 0) {
          throw new IOException("the program ended without an answer");
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

  /** Says whether the program has written more than it was asked for. */
  boolean hasMore() throws IOException {
    return begin < end || output.available() > 0;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends the program and what it started; what waits for it fails. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    close(input);
    close(output);
  }

  private static void close(AutoCloseable stream) {
    try {
      stream.close();
    } catch (Exception e) {
      org.slf4j.LoggerFactory.getLogger(LineProcess.class).trace("closing a killed program", e);
    }
  }
}
