package dev.flowdpo.cli.options;

import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What decides how much memory a model takes. Not thread-safe. */
public final class PrecisionOptions {
  @Option(
      names = "--quantization",
      paramLabel = "MODE",
      defaultValue = "as-stored",
      converter = QuantizationConverter.class,
      description =
          "Hold the frozen weights as the file has them (as-stored), in 32-bit floating point"
              + " (none), int8 or int4; default: ${DEFAULT-VALUE}.")
  private Quantization quantization = Quantization.AS_STORED;

  @Option(
      names = "--packing",
      paramLabel = "WHICH",
      converter = PackingConverter.class,
      description =
          "Which graphs hold a packed copy of the weights for speed: all, decoding or none;"
              + " default: decoding, and all for the bundled model.")
  private Optional<WeightPacking> packing = Optional.empty();

  @Option(
      names = "--context",
      paramLabel = "N",
      description =
          "The longest sequence, prompt and answer together; default: 4096, or what the model"
              + " allows.")
  private Optional<Integer> maxTokens = Optional.empty();

  /** Puts what was given into the options of the library. */
  void applyTo(ModelOptions.Builder options) {
    options.execution(
        execution -> {
          execution.quantization(quantization);
          packing.ifPresent(execution::packing);
        });
    maxTokens.ifPresent(options::maxTokens);
  }

  /** Returns the options as the library takes them. */
  public ModelOptions modelOptions() {
    ModelOptions.Builder options = ModelOptions.builder();
    applyTo(options);
    return options.build();
  }

  /** Reads a precision by its name. */
  static final class QuantizationConverter extends TextConverter<Quantization> {
    QuantizationConverter() {
      super(Quantization.values());
    }
  }

  /** Reads a choice of graphs by its name. */
  static final class PackingConverter extends TextConverter<WeightPacking> {
    PackingConverter() {
      super(WeightPacking.values());
    }
  }
}
