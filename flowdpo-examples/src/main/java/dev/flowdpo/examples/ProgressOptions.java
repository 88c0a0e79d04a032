package dev.flowdpo.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** How progress is shown: a bar on a terminal, otherwise lines. Not thread-safe. */
final class ProgressOptions {
  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  @Option(
      names = "--progress",
      description =
          "Draw a progress bar on standard error even where that is no terminal; default there: a"
              + " line every few seconds.")
  private boolean bar;

  /**
   * Opens a display.
   *
   * @param task a word for what is done
   * @param start units done before this process began
   * @param total units at the end
   */
  ProgressDisplay open(PrintWriter err, String task, long start, long total) {
    return bar || isTerminal()
        ? new ProgressBarDisplay(System.err, task, start, total)
        : new ProgressLinesDisplay(err, task, start, total);
  }

  /** Where there is no /proc, a console for standard input and output stands for standard error. */
  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(STANDARD_ERROR).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return System.console() != null && System.getenv("TERM") != null;
    }
  }
}
