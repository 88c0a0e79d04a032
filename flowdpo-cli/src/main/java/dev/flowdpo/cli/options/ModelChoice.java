package dev.flowdpo.cli.options;

import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Precision;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.spi.EngineSettings;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The model of a command. Immutable.
 *
 * @param folder the model's folder; empty for the bundled model
 * @param options how it is loaded
 */
public record ModelChoice(Optional<Path> folder, ModelOptions options) {
  /** Opens the model with adapters as an engine. */
  public AdapterFlowEngine open(Optional<Path> adapters) {
    EngineSettings.Builder settings = settings().toBuilder();
    adapters.ifPresent(settings::adapters);
    return new AdapterFlowEngineProvider().open(settings.build());
  }

  /** Returns what opens the model, without adapters. */
  public EngineSettings settings() {
    EngineSettings.Builder settings = EngineSettings.builder().options(options);
    folder.ifPresent(settings::model);
    return settings.build();
  }

  /** Returns what tells results of this model from others: its folder, and its precision. */
  public String description() {
    return inPrecision("bundled");
  }

  /** Returns the same for people. */
  public String title() {
    return inPrecision("the bundled model");
  }

  /** Returns what its judge asks, and when it stops. */
  public String stopDescription() {
    return "%s from %s, undecided within %s"
        .formatted(
            options.stopQuestion().orElse("the model's question"),
            options.stopThreshold(),
            options.undecidedMargin());
  }

  private String inPrecision(String bundled) {
    String name = folder.map(Path::toString).orElse(bundled);
    Quantization quantization = options.execution().quantization();
    return switch (quantization) {
      case AS_STORED, NONE ->
          options
              .execution()
              .precision()
              .filter(precision -> precision != Precision.F32)
              .map(precision -> name + " in " + precision.name().toLowerCase(Locale.ROOT))
              .orElse(name);
      case INT8, INT4 -> name + " in " + quantization.name().toLowerCase(Locale.ROOT);
    };
  }
}
