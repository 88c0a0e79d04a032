package dev.flowdpo.spark;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.Device;
import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.spi.EngineSettings;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A base model as executors open it: where it is and how it is loaded, of which Java serialises
 * nothing that may change with the API. Specs that are equal but for the digest share an engine.
 * Immutable and thread-safe.
 *
 * @param path the folder or file as executors find it; null for the bundled model
 * @param digest what its content must be; empty where anything will do
 * @param threads negative where the engine decides; so is {@code maxTokens}
 */
record ModelSpec(
    @Nullable String path,
    String digest,
    Device device,
    int deviceIndex,
    Quantization quantization,
    @Nullable GradientPath gradients,
    int threads,
    boolean spinning,
    @Nullable WeightPacking packing,
    @Nullable String cache,
    int maxTokens,
    double stopThreshold,
    double undecidedMargin,
    @Nullable String stopQuestion,
    Clock clock)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Returns the spec of these settings, whose adapters do not count. */
  static ModelSpec of(EngineSettings settings, String digest) {
    ModelOptions options = settings.options();
    ExecutionTarget target = options.execution();
    if (!(options.clock() instanceof Serializable)) {
      throw new InvalidInputException(
          "modelOptions: expected a clock that can be sent to executors, as Clock.fixed(…) gives,"
              + " found one of "
              + options.clock().getClass().getName());
    }
    return new ModelSpec(
        settings.model().map(ModelSpec::absolute).orElse(null),
        digest,
        target.device(),
        target.deviceIndex(),
        target.quantization(),
        target.gradients().orElse(null),
        target.threads().orElse(-1),
        target.spinning(),
        target.packing().orElse(null),
        options.cache().map(ModelSpec::absolute).orElse(null),
        options.maxTokens().orElse(-1),
        options.stopThreshold(),
        options.undecidedMargin(),
        options.stopQuestion().orElse(null),
        options.clock());
  }

  /** Returns the same with another digest: what stands at a place, whatever it must be. */
  ModelSpec withDigest(String other) {
    return new ModelSpec(
        path,
        other,
        device,
        deviceIndex,
        quantization,
        gradients,
        threads,
        spinning,
        packing,
        cache,
        maxTokens,
        stopThreshold,
        undecidedMargin,
        stopQuestion,
        clock);
  }

  /** Executors begin in folders of their own. */
  private static String absolute(Path path) {
    return path.toAbsolutePath().toString();
  }

  /** Returns the settings that open the model. */
  EngineSettings settings() {
    ExecutionTarget.Builder target =
        ExecutionTarget.builder()
            .device(device)
            .deviceIndex(deviceIndex)
            .quantization(quantization)
            .spinning(spinning);
    Optional.ofNullable(gradients).ifPresent(target::gradients);
    known(threads).ifPresent(target::threads);
    Optional.ofNullable(packing).ifPresent(target::packing);
    ModelOptions.Builder options =
        ModelOptions.builder()
            .execution(target.build())
            .stopThreshold(stopThreshold)
            .undecidedMargin(undecidedMargin)
            .clock(clock);
    Optional.ofNullable(cache).map(Path::of).ifPresent(options::cache);
    known(maxTokens).ifPresent(options::maxTokens);
    Optional.ofNullable(stopQuestion).ifPresent(options::stopQuestion);
    EngineSettings.Builder settings = EngineSettings.builder().options(options.build());
    Optional.ofNullable(path).map(Path::of).ifPresent(settings::model);
    return settings.build();
  }

  /** Returns what messages call the model. */
  String name() {
    return path == null ? "the bundled model" : "the model at " + path;
  }

  private static OptionalInt known(int number) {
    return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
  }
}
