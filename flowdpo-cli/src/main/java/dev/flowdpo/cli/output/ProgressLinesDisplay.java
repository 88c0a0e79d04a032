package dev.flowdpo.cli.output;

import java.io.PrintWriter;
import java.time.Duration;

/** A line every few seconds, and one at the end: for log files and pipes. */
public final class ProgressLinesDisplay implements ProgressDisplay {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

  private final PrintWriter err;
  private final String task;
  private final long start;
  private final long total;
  private final long begin = System.nanoTime();
  private long lastLine = begin;
  private long done;
  private long printed = -1;
  private String message = "";

  public ProgressLinesDisplay(PrintWriter err, String task, long start, long total) {
    this.err = err;
    this.task = task;
    this.start = start;
    this.total = total;
    this.done = start;
  }

  @Override
  public void update(long done, String message) {
    this.done = done;
    this.message = message;
    if (System.nanoTime() - lastLine >= BETWEEN_LINES.toNanos()) {
      print();
    }
  }

  @Override
  public void close() {
    if (done > start && done != printed) {
      print();
    }
  }

  private void print() {
    lastLine = System.nanoTime();
    printed = done;
    double seconds = (lastLine - begin) / 1e9;
    double speed = (done - start) / seconds;
    String left = speed > 0 ? clock((long) ((total - done) / speed)) : "?";
    err.printf("%s %d/%d  %.1f/s  %s left  %s%n", task, done, total, speed, left, message);
    err.flush();
  }

  private static String clock(long seconds) {
    return "%d:%02d".formatted(seconds / 60, seconds % 60);
  }
}
