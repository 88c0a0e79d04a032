package dev.flowdpo.cli.options;

import dev.flowdpo.runtime.tiny.BundledModel;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model a command is about. Not thread-safe. */
public final class ModelFolderOptions {
  @Option(
      names = "--model",
      paramLabel = "PATH",
      description =
          "A model as from the Hugging Face hub: its folder, or a GGUF file; default: the bundled"
              + " model.")
  private Optional<Path> model = Optional.empty();

  /** Returns the folder or file that was given; empty for the bundled model. */
  public Optional<Path> given() {
    return model;
  }

  /** Returns the folder or file of the model, the bundled one's folder where none was given. */
  public Path path() {
    return model.orElseGet(BundledModel::folder);
  }
}
