package dev.flowdpo.cli;

import dev.flowdpo.cli.experiment.ExperimentCommand;
import dev.flowdpo.cli.learning.CalibrateCommand;
import dev.flowdpo.cli.learning.DemoCommand;
import dev.flowdpo.cli.learning.LearnCommand;
import dev.flowdpo.cli.model.ExportCommand;
import dev.flowdpo.cli.model.GradientCommand;
import dev.flowdpo.cli.model.InspectCommand;
import dev.flowdpo.cli.model.LogprobsCommand;
import dev.flowdpo.cli.model.MakeModelCommand;
import dev.flowdpo.cli.model.PretrainCommand;
import dev.flowdpo.cli.options.LearningSettings;
import dev.flowdpo.cli.options.SettingsOptions;
import dev.flowdpo.cli.options.Versions;
import dev.flowdpo.cli.solving.EvaluateCommand;
import dev.flowdpo.cli.solving.SolveCommand;
import dev.flowdpo.cli.solving.VerifyCommand;
import dev.flowdpo.cli.training.CompileCommand;
import dev.flowdpo.cli.training.DpoCommand;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The entry point of the command line. Exit codes: 0 done, 1 failed, 2 bad usage or bad input.
 *
 * <p>With {@code --json} the result is the last line of standard output, or the last lines where a
 * command has one result per question or row; all else goes to standard error.
 */
@Command(
    name = "flowdpo",
    description =
        "Solves problems step by step with a language model, and learns from them by DPO.",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 bad usage or bad input.",
      "COMMAND --help tells a command's options."
    })
public final class FlowDpo {
  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          SolveCommand.class,
          LearnCommand.class,
          CalibrateCommand.class,
          CompileCommand.class,
          DpoCommand.class,
          EvaluateCommand.class,
          VerifyCommand.class,
          PretrainCommand.class,
          LogprobsCommand.class,
          GradientCommand.class,
          ExperimentCommand.class,
          ExportCommand.class,
          InspectCommand.class,
          MakeModelCommand.class,
          CompletionCommand.class,
          CommandLine.HelpCommand.class);

  /** Commands that look at the others. */
  private static final List<Class<?>> OF_ALL =
      List.of(CompletionCommand.class, CommandLine.HelpCommand.class);

  /** Picocli creates the commands. */
  public FlowDpo() {}

  /**
   * Runs a command and ends the process with its exit code.
   *
   * @param arguments the command and its options
   */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    Locale.setDefault(Locale.ROOT); // numbers look the same everywhere
    PrintWriter err = utf8(System.err);
    int exitCode;
    try {
      exitCode = commandLine(utf8(System.out), err, asked(arguments)).execute(arguments);
    } catch (OutOfMemoryError e) {
      exitCode = FailureHandlers.outOfMemory(e, err);
    }
    System.exit(exitCode);
  }

  /** Half a second goes into the options of commands that nobody asked for. */
  private static List<Class<?>> asked(String[] arguments) {
    String first = arguments.length == 0 ? "" : arguments[0];
    List<Class<?>> asked =
        COMMANDS.stream()
            .filter(type -> name(type).equals(first) && !OF_ALL.contains(type))
            .toList();
    return asked.isEmpty() ? COMMANDS : asked;
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  /**
   * Returns the command line with its output going elsewhere, for use within a program.
   *
   * @param out receives results
   * @param err receives progress, logs and errors
   * @return a command line whose {@code execute} returns the exit code
   */
  static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    return commandLine(out, err, COMMANDS);
  }

  private static CommandLine commandLine(
      PrintWriter out, PrintWriter err, List<Class<?>> commands) {
    CommandLine line = new CommandLine(new FlowDpo());
    commands.forEach(line::addSubcommand);
    LearningSettings.addTo(line);
    return line.setOut(out)
        .setErr(err)
        .setExecutionStrategy(SettingsOptions::execute)
        .setParameterExceptionHandler(new FailureHandlers.Usage())
        .setExecutionExceptionHandler(new FailureHandlers.Execution());
  }

  private static PrintWriter utf8(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }
}
