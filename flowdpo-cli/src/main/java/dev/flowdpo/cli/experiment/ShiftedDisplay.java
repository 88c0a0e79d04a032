package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.output.ProgressDisplay;

/** A part of a display's work, which begins after other parts of it. */
record ShiftedDisplay(ProgressDisplay display, long shift) implements ProgressDisplay {
  @Override
  public void update(long done, String message) {
    display.update(shift + done, message);
  }

  @Override
  public void close() {}
}
