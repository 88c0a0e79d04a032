package dev.flowdpo.cli.output;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar that is redrawn in place, with speed, elapsed and remaining time: for terminals. */
public final class ProgressBarDisplay implements ProgressDisplay {
  private static final int MILLIS_BETWEEN_DRAWINGS = 250;

  private final ProgressBar bar;

  public ProgressBarDisplay(PrintStream err, String task, long start, long total) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .startsFrom(start, Duration.ZERO)
            .setStyle(ProgressBarStyle.UNICODE_BLOCK)
            .setUpdateIntervalMillis(MILLIS_BETWEEN_DRAWINGS)
            .setConsumer(new ConsoleProgressBarConsumer(err))
            .showSpeed()
            .build();
  }

  @Override
  public void update(long done, String message) {
    bar.setExtraMessage(" " + message);
    bar.stepTo(done);
  }

  @Override
  public void close() {
    bar.close();
  }
}
