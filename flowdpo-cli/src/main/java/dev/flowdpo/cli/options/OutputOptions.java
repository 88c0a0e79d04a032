package dev.flowdpo.cli.options;

import dev.flowdpo.cli.output.JsonText;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command can be told, and where its output goes. Not thread-safe. */
@Command(mixinStandardHelpOptions = true, versionProvider = Versions.class)
public final class OutputOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--json",
      description =
          "Print the result as JSON, one line, at the end of standard output; all else goes to"
              + " standard error.")
  private boolean json;

  /** Returns where text for people goes: standard output unless that is for JSON. */
  public PrintWriter report() {
    return json ? err() : command.commandLine().getOut();
  }

  /** Returns where progress, logs and errors go. */
  public PrintWriter err() {
    return command.commandLine().getErr();
  }

  /** Prints a result as one line of JSON, if JSON was asked for. */
  public void result(Object value) {
    if (json) {
      PrintWriter out = command.commandLine().getOut();
      out.println(JsonText.line(value));
      out.flush();
    }
  }
}
