package dev.flowdpo.runtime.model;

import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.gguf.GgufExport;
import dev.flowdpo.runtime.gguf.GgufFile;
import dev.flowdpo.runtime.gguf.GgufType;
import dev.flowdpo.runtime.text.PromptSettings;
import dev.flowdpo.runtime.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

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

  /**
   * Writes the model with an adapter worked into it as a Hugging Face folder.
   *
   * @param adapter the adapter
   * @param type the type of its weights; empty for the base's, and for {@link DataType#F16} where
   *     the base has weights in types that no folder has
   * @param out the new folder; must be missing or empty
   * @throws dev.flowdpo.error.InvalidInputException if the adapter is for another model, or the
   *     model of a folder is asked for in another type
   */
  void writeMerged(AdapterWeights adapter, Optional<DataType> type, Path out);

  /**
   * Writes the model with an adapter worked into it as a GGUF file; see {@link GgufExport}. What a
   * folder says in {@code flow.json} goes beside it.
   *
   * @param adapter the adapter
   * @param type the type of its matrices
   * @param out the file
   * @throws dev.flowdpo.error.InvalidInputException if the adapter is for another model, or the
   *     format cannot hold the model or its tokenizer
   */
  void writeMergedGguf(AdapterWeights adapter, GgufType type, Path out);
}
