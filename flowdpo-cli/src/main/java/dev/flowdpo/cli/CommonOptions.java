package dev.flowdpo.cli;

import dev.flowdpo.Flow;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every command, and where its output goes. Not thread-safe. */
@Command(mixinStandardHelpOptions = true, versionProvider = FlowDpo.Version.class)
public final class CommonOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of a model as from the Hugging Face hub; default: the bundled model.")
  private Optional<Path> model = Optional.empty();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Where all random numbers derive from; default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--json",
      description =
          "Print the result as JSON, one line, at the end of standard output; all else goes to"
              + " standard error.")
  private boolean json;

  @Mixin private LoadingOptions loading;

  /** Returns the folder of the model; empty for the bundled one. */
  public Optional<Path> model() {
    return model;
  }

  /** Returns where all random numbers derive from. */
  public long seed() {
    return seed;
  }

  /** Returns how the model is to be loaded. */
  public ModelOptions modelOptions() {
    return loading.modelOptions();
  }

  /** Returns the model and how it is to be loaded. */
  public ModelChoice modelChoice() {
    return new ModelChoice(model, modelOptions());
  }

  /** Returns a builder of flows on the chosen model with the chosen seed. */
  Flow.Builder flow() {
    Flow.Builder builder = Flow.builder().seed(seed).modelOptions(modelOptions());
    model.ifPresent(builder::model);
    return builder;
  }

  /** Opens the chosen model as an engine, for what a flow's builder does not offer. */
  AdapterFlowEngine engine() {
    return engine(Optional.empty());
  }

  /** Opens the chosen model with adapters as an engine. */
  AdapterFlowEngine engine(Optional<Path> adapters) {
    return modelChoice().open(adapters);
  }

  /** Opens the chosen model without its tokenizer, which it need not have. */
  FrozenBase base() {
    Path folder = model.orElseGet(BundledModel::folder);
    return FrozenBase.load(
        Checkpoint.open(folder), SessionSettings.defaults().with(modelOptions()));
  }

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
