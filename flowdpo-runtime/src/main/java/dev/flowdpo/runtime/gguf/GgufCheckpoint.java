package dev.flowdpo.runtime.gguf;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.nio.file.Path;
import java.util.List;

/** Opens GGUF files as checkpoints. Stateless and thread-safe. */
public final class GgufCheckpoint {
  private GgufCheckpoint() {}

  /**
   * Opens a model and checks its headers, its configuration and its tensors.
   *
   * @param path the file; the first one of a split model
   * @throws InvalidInputException if a file is missing or damaged, the family is not supported, or
   *     a tensor is missing, unknown, or of the wrong shape or type
   */
  public static Checkpoint open(Path path) {
    return open(GgufFile.open(path));
  }

  /**
   * Checks the configuration and the tensors of a model whose headers have been read.
   *
   * @param file the file, which closes with the result
   * @throws InvalidInputException as {@link #open(Path)} does; the file is closed then
   */
  public static Checkpoint open(GgufFile file) {
    try {
      ModelConfig config = config(file);
      return Checkpoint.of(
          file.path(), config, "the file's keys", List.of(GgufWeights.of(file, config)));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * {@return the configuration of a model}
   *
   * @throws InvalidInputException if the family is not supported, or a key is missing or out of
   *     range
   */
  public static ModelConfig config(GgufFile file) {
    return GgufConfig.read(file);
  }
}
