package dev.flowdpo.cli.options;

import dev.flowdpo.model.ModelOptions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How the model is loaded: options of every command that runs one. Not thread-safe. */
final class LoadingOptions {
  @Mixin private PrecisionOptions precision;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Where quantised weights are kept; default: the folder flowdpo-cache in the model's.")
  private Optional<Path> cache = Optional.empty();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads of one call of the model, 0 for one a core; default: 0, and 1 for the bundled"
              + " model.")
  private Optional<Integer> threads = Optional.empty();

  @Mixin private DeviceOptions device;

  /** Returns the options as the library takes them. */
  ModelOptions modelOptions() {
    ModelOptions.Builder options = ModelOptions.builder();
    precision.applyTo(options);
    cache.ifPresent(options::cache);
    options.execution(
        execution -> {
          device.applyTo(execution);
          threads.ifPresent(execution::threads);
        });
    return options.build();
  }
}
