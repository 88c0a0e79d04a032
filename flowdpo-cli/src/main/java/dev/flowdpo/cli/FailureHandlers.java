package dev.flowdpo.cli;

import com.google.common.base.Throwables;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Optional;
import picocli.CommandLine;

/** Turns failures of commands into messages on standard error and exit codes. */
final class FailureHandlers {
  private FailureHandlers() {}

  private static Optional<OutOfMemoryError> outOfMemoryIn(Throwable e) {
    return Throwables.getCausalChain(e).stream()
        .filter(OutOfMemoryError.class::isInstance)
        .map(OutOfMemoryError.class::cast)
        .findFirst();
  }

  /** The memory ran out: what to do about it, in one line, and exit code 1. */
  static int outOfMemory(OutOfMemoryError e, PrintWriter err) {
    err.println(
        "flowdpo: out of memory: %s; the heap had %d MiB at most: raise it by -Xmx, or the direct memory by -XX:MaxDirectMemorySize, or do less at a time. What was saved is intact: --resume goes on from there"
            .formatted(e.getMessage(), Runtime.getRuntime().maxMemory() >> 20));
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** A bad command line: the message, where help is, and exit code 2. */
  static final class Usage implements CommandLine.IParameterExceptionHandler {
    @Override
    public int handleParseException(CommandLine.ParameterException e, String[] arguments) {
      CommandLine command = e.getCommandLine();
      PrintWriter err = command.getErr();
      err.println("flowdpo: " + e.getMessage());
      CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
      err.println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
      err.flush();
      return CommandLine.ExitCode.USAGE;
    }
  }

  /**
   * A command that failed: bad input gives its message and exit code 2, other expected failures
   * theirs and exit code 1, and whatever nobody expected its stack trace too.
   */
  static final class Execution implements CommandLine.IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(
        Exception e, CommandLine command, CommandLine.ParseResult parsed) {
      PrintWriter err = command.getErr();
      Optional<OutOfMemoryError> outOfMemory = outOfMemoryIn(e);
      if (outOfMemory.isPresent()) {
        return outOfMemory(outOfMemory.get(), err);
      }
      err.println("flowdpo: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
      if (!(e instanceof FlowException) && !(e instanceof UncheckedIOException)) {
        e.printStackTrace(err);
      }
      err.flush();
      return e instanceof InvalidInputException
          ? CommandLine.ExitCode.USAGE
          : CommandLine.ExitCode.SOFTWARE;
    }
  }
}
