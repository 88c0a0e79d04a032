package dev.flowdpo.cli.options;

import dev.flowdpo.runtime.tiny.BundledModel;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model a command is about. Not thread-safe. */
public final class ModelFolderOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of a model as from the Hugging Face hub; default: the bundled model.")
  private Optional<Path> model = Optional.empty();

  /** Returns the folder that was given; empty for the bundled model. */
  public Optional<Path> given() {
    return model;
  }

  /** Returns the folder of the model, the bundled one's where none was given. */
  public Path folder() {
    return model.orElseGet(BundledModel::folder);
  }
}
