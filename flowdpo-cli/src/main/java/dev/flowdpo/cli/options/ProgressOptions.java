package dev.flowdpo.cli.options;

import dev.flowdpo.cli.output.ProgressBarDisplay;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.cli.output.ProgressLinesDisplay;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How progress is shown: a bar on a terminal, otherwise lines. Not thread-safe. */
public final class ProgressOptions {
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
  public ProgressDisplay open(PrintWriter err, String task, long start, long total) {
    return bar || isTerminal()
        ? new ProgressBarDisplay(System.err, task, start, total)
        : new ProgressLinesDisplay(err, task, start, total);
  }

  /**
   * Where there is no /proc, a console stands for standard error. JDK 22 and newer always have one,
   * and a bar that ends in a file does no harm.
   */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(STANDARD_ERROR).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return System.getenv("TERM") != null && isTerminal(System.console());
    }
  }

  /** From JDK 22 on there always is a console, and only a method that came with it tells. */
  private static boolean isTerminal(@Nullable Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
