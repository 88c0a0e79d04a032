package dev.flowdpo.cli;

import dev.flowdpo.cli.options.Versions;
import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code completion}: a script that lets the shell complete commands and options. */
@Command(
    name = "completion",
    aliases = "generate-completion",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Prints a script that lets bash and zsh complete the commands and options of flowdpo.",
      "For this shell: source <(flowdpo completion). For all to come, put the script into the folder"
          + " of bash-completion under the name flowdpo.",
      "The shell must know flowdpo by that name, for example by"
          + " alias flowdpo='java -jar /path/to/flowdpo.jar'."
    })
final class CompletionCommand implements Runnable {
  @Spec private CommandSpec command;

  @Override
  public void run() {
    PrintWriter out = command.commandLine().getOut();
    out.print(AutoComplete.bash("flowdpo", command.root().commandLine()));
    out.flush();
  }
}
