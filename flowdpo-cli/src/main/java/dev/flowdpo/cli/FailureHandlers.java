package dev.flowdpo.cli;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;

/** Turns failures of commands into messages on standard error and exit codes. */
final class FailureHandlers {
  private FailureHandlers() {}

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
