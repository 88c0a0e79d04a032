package dev.flowdpo.verify.external;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads a stream to its end on a thread of its own, so that who writes it never waits, however much
 * that is, and keeps the last line that does not begin with a blank: in most languages that is the
 * message of an error, with or without a stack trace after it. Thread-safe.
 */
final class LastLine {
  private static final int MAX_BYTES = 500;

  private final Thread reader;
  private volatile String line = "";

  private LastLine(InputStream stream) {
    this.reader = new Thread(() -> read(stream), "flowdpo-verifier-stderr");
    reader.setDaemon(true);
  }

  /** Begins to read. */
  static LastLine of(InputStream stream) {
    LastLine lastLine = new LastLine(stream);
    lastLine.reader.start();
    return lastLine;
  }

  /**
   * Returns that line, cut to {@value #MAX_BYTES} bytes, after the stream has ended or so many
   * milliseconds have passed.
   */
  String atEnd(int millis) throws InterruptedException {
    reader.join(millis);
    return line;
  }

  private void read(InputStream stream) {
    byte[] buffer = new byte[8192];
    byte[] current = new byte[MAX_BYTES];
    int length = 0;
    try {
      for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
        for (int i = 0; i < read; i++) {
          if (buffer[i] == '\n') {
            keep(current, length);
            length = 0;
          } else if (length < MAX_BYTES) {
            current[length++] = buffer[i];
          }
        }
      }
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(LastLine.class).trace("reading of a killed program", e);
    }
    keep(current, length);
  }

  private void keep(byte[] bytes, int length) {
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8).stripTrailing();
    if (!text.isEmpty() && !Character.isWhitespace(text.charAt(0))) {
      line = text;
    }
  }
}
