package dev.flowdpo.spi;

import dev.flowdpo.model.ModelOptions;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an application asked for when it built its flow. Immutable and thread-safe. */
public final class EngineSettings {
  private static final EngineSettings DEFAULTS =
      new EngineSettings(new Values(Optional.empty(), Optional.empty(), ModelOptions.defaults()));

  private final Values values;

  private record Values(Optional<Path> model, Optional<Path> adapters, ModelOptions options) {}

  private EngineSettings(Values values) {
    this.values = values;
  }

  /** {@return the bundled model with fresh adapters, loaded as the engine sees fit} */
  public static EngineSettings defaults() {
    return DEFAULTS;
  }

  /** {@return a builder that starts from {@link #defaults()}} */
  public static Builder builder() {
    return DEFAULTS.toBuilder();
  }

  /** {@return a builder that starts from these options} */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** {@return the folder or the file of a checkpoint; empty for the engine's bundled model} */
  public Optional<Path> model() {
    return values.model;
  }

  /**
   * {@return the folder of the PEFT folders {@code answer} and {@code stop}; empty for fresh
   * adapters}
   */
  public Optional<Path> adapters() {
    return values.adapters;
  }

  /** {@return how the model is loaded} */
  public ModelOptions options() {
    return values.options;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EngineSettings that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString().replaceFirst("Values", "EngineSettings");
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private Optional<Path> model;
    private Optional<Path> adapters;
    private ModelOptions options;

    private Builder(Values values) {
      model = values.model;
      adapters = values.adapters;
      options = values.options;
    }

    /** Sets the folder or the file of a checkpoint. */
    public Builder model(Path model) {
      this.model = Optional.of(model);
      return this;
    }

    /** Sets the folder of trained adapters. */
    public Builder adapters(Path adapters) {
      this.adapters = Optional.of(adapters);
      return this;
    }

    /** Sets how the model is loaded. */
    public Builder options(ModelOptions options) {
      this.options = Objects.requireNonNull(options, "options");
      return this;
    }

    /** {@return the options as set so far} */
    public EngineSettings build() {
      return new EngineSettings(new Values(model, adapters, options));
    }
  }
}
