package dev.flowdpo.cli;

import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How the model is loaded: options of every command that runs one. Not thread-safe. */
final class LoadingOptions {
  @Option(
      names = "--quantization",
      paramLabel = "MODE",
      defaultValue = "none",
      converter = QuantizationConverter.class,
      description =
          "Hold the frozen weights in full precision (none), int8 or int4; default:"
              + " ${DEFAULT-VALUE}.")
  private Quantization quantization = Quantization.NONE;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Where quantised weights are kept; default: the folder flowdpo-cache in the model's.")
  private Optional<Path> cache = Optional.empty();

  @Option(
      names = "--packing",
      paramLabel = "WHICH",
      converter = PackingConverter.class,
      description =
          "Which graphs hold a packed copy of the weights for speed: all, decoding or none;"
              + " default: decoding, and all for the bundled model.")
  private Optional<WeightPacking> packing = Optional.empty();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads of one call of the model, 0 for one a core; default: 0, and 1 for the bundled"
              + " model.")
  private Optional<Integer> threads = Optional.empty();

  @Option(
      names = "--context",
      paramLabel = "N",
      description =
          "The longest sequence, prompt and answer together; default: 4096, or what the model"
              + " allows.")
  private Optional<Integer> maxTokens = Optional.empty();

  /** Returns the options as the library takes them. */
  ModelOptions modelOptions() {
    ModelOptions.Builder options = ModelOptions.builder().quantization(quantization);
    cache.ifPresent(options::cache);
    threads.ifPresent(options::threads);
    maxTokens.ifPresent(options::maxTokens);
    packing.ifPresent(options::packing);
    return options.build();
  }

  static final class QuantizationConverter implements ITypeConverter<Quantization> {
    @Override
    public Quantization convert(String value) {
      return named(Quantization.class, value, "none, int8 or int4");
    }
  }

  static final class PackingConverter implements ITypeConverter<WeightPacking> {
    @Override
    public WeightPacking convert(String value) {
      return named(WeightPacking.class, value, "all, decoding or none");
    }
  }

  private static <E extends Enum<E>> E named(Class<E> type, String value, String expected) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(value)) {
        return constant;
      }
    }
    throw new TypeConversionException("expected " + expected + ", found '" + value + "'");
  }
}
