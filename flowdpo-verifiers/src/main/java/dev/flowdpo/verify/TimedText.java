package dev.flowdpo.verify;

import java.time.Duration;

/**
 * A text that ends being read after a while: a matcher asks it for a character at each step, and
 * nothing else of a matcher can be interrupted. Not thread-safe.
 */
final class TimedText implements CharSequence {
  private static final int CLOCK_INTERVAL = 4096;

  private final String text;
  private final long deadline;
  private int untilClock = CLOCK_INTERVAL;

  /** Says that the time is over. */
  static final class OutOfTimeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfTimeException() {
      super("out of time", null, false, false);
    }
  }

  TimedText(String text, Duration limit) {
    this(text, System.nanoTime() + limit.toNanos());
  }

  private TimedText(String text, long deadline) {
    this.text = text;
    this.deadline = deadline;
  }

  @Override
  public char charAt(int index) {
    if (--untilClock == 0) {
      untilClock = CLOCK_INTERVAL;
      if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
        throw new OutOfTimeException();
      }
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return new TimedText(text.substring(start, end), deadline);
  }

  @Override
  public String toString() {
    return text;
  }
}
