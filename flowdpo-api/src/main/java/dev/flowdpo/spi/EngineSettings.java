package dev.flowdpo.spi;

import dev.flowdpo.model.ModelOptions;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What an application asked for when it built its flow.
 *
 * <p>Immutable and thread-safe.
 *
 * @param model folder of a checkpoint; empty for the engine's bundled model
 * @param adapters folder with {@code answer} and {@code stop} PEFT sub-folders; empty for fresh
 *     adapters, which change nothing
 * @param options how the model is loaded
 */
public record EngineSettings(Optional<Path> model, Optional<Path> adapters, ModelOptions options) {

  /** Checks that nothing is missing. */
  public EngineSettings {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(adapters, "adapters");
    Objects.requireNonNull(options, "options");
  }

  /**
   * Leaves it to the engine how the model is loaded.
   *
   * @param model folder of a checkpoint; empty for the engine's bundled model
   * @param adapters folder with {@code answer} and {@code stop}; empty for fresh adapters
   */
  public EngineSettings(Optional<Path> model, Optional<Path> adapters) {
    this(model, adapters, ModelOptions.defaults());
  }
}
