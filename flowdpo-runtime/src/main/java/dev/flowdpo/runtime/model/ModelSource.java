package dev.flowdpo.runtime.model;

import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.gguf.GgufFile;
import dev.flowdpo.runtime.text.PromptSettings;
import dev.flowdpo.runtime.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model on disk, whatever its format: what of it is asked for is read then. Every method throws
 * {@link dev.flowdpo.error.InvalidInputException} where a file is missing, damaged or not
 * supported. Implementations are immutable and thread-safe.
 */
public sealed interface ModelSource permits ModelFolder, GgufModel {
  /**
   * {@return the model at a path: a GGUF file if it is a file or named so, else a Hugging Face
   * folder}
   *
   * @param path the folder, or the file, of a split model the first
   */
  static ModelSource of(Path path) {
    boolean file =
        Files.isRegularFile(path) || (GgufFile.isNamedSo(path) && !Files.isDirectory(path));
    return file ? new GgufModel(path) : new ModelFolder(path);
  }

  /** {@return the folder or the file} */
  Path path();

  /** {@return what adapter folders name as their base} */
  String name();

  /** {@return the configuration} */
  ModelConfig config();

  /** {@return the weights, open} */
  Checkpoint open();

  /** {@return what the files of the weights hold, by their headers} */
  default CheckpointContents contents() {
    try (Checkpoint checkpoint = open()) {
      return CheckpointContents.of(checkpoint);
    }
  }

  /** {@return whether there is a tokenizer} */
  boolean hasTokenizer();

  /** {@return whether there is a chat template} */
  boolean hasChatTemplate();

  /** {@return the tokenizer, open} */
  Tokenizer tokenizer();

  /** {@return how the model is asked} */
  PromptSettings promptSettings();
}
