package dev.flowdpo.cli.output;

/**
 * Shows how far a task is, on standard error. Updates are cheap; the display redraws at its own
 * pace. For one thread at a time.
 */
public interface ProgressDisplay extends AutoCloseable {
  /** Shows nothing. */
  ProgressDisplay NONE =
      new ProgressDisplay() {
        @Override
        public void update(long done, String message) {}

        @Override
        public void close() {}
      };

  /**
   * Tells how far the task is.
   *
   * @param done units done, of the total the display was opened with
   * @param message figures to show beside it
   */
  void update(long done, String message);

  /** Shows the last state and ends the display. */
  @Override
  void close();
}
