package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.options.Versions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code experiment}: the paper's experiments, each a command of its own. */
@Command(
    name = "experiment",
    description = {
      "Runs one of the paper's experiments and writes a folder with its settings, metrics, tables,"
          + " plots and report.html.",
      "A run repeats exactly with the same seeds, and goes on with --resume where it was killed."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    subcommands = {
      OnlineCommand.class,
      RealCommand.class,
      CompileExperimentCommand.class,
      ChunkSizeCommand.class
    })
public final class ExperimentCommand implements Runnable {
  @Spec private CommandSpec command;

  /** Picocli creates the command. */
  public ExperimentCommand() {}

  @Override
  public void run() {
    throw new ParameterException(
        command.commandLine(),
        "Missing the experiment; expected one of "
            + String.join(", ", command.subcommands().keySet()));
  }
}
