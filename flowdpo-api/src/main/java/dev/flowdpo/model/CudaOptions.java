package dev.flowdpo.model;

import dev.flowdpo.error.Require;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a graphics card of NVIDIA is used; without effect on other devices. Immutable and
 * thread-safe.
 */
public final class CudaOptions {
  private static final CudaOptions DEFAULTS = new Builder().build();

  private final Values values;

  private record Values(
      OptionalInt memoryMegabytes,
      ArenaGrowth arenaGrowth,
      boolean strict,
      Optional<Path> library) {}

  /** How the memory grows that a session holds on the card. */
  public enum ArenaGrowth {
    /** By the next power of two: few allocations, up to twice what is needed. */
    DOUBLING,
    /** By what is asked for. */
    AS_REQUESTED
  }

  private CudaOptions(Values values) {
    this.values = values;
  }

  /** {@return no limit, memory as requested, no strictness, the provider of the class path} */
  public static CudaOptions defaults() {
    return DEFAULTS;
  }

  /** {@return a builder that starts from {@link #defaults()}} */
  public static Builder builder() {
    return DEFAULTS.toBuilder();
  }

  /** {@return a builder that starts from these options} */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.memoryMegabytes = values.memoryMegabytes;
    builder.arenaGrowth = values.arenaGrowth;
    builder.strict = values.strict;
    builder.library = values.library;
    return builder;
  }

  /**
   * {@return the most memory that each session may hold on the card, in megabytes of a million
   * bytes, its copy of the weights included; a model has a session for each of its graphs; default:
   * what there is}
   */
  public OptionalInt memoryMegabytes() {
    return values.memoryMegabytes;
  }

  /** {@return how that memory grows; default {@link ArenaGrowth#AS_REQUESTED}} */
  public ArenaGrowth arenaGrowth() {
    return values.arenaGrowth;
  }

  /**
   * {@return whether a graph of which the provider leaves any node to the processor is an error;
   * default false, as it leaves there by choice what computes sizes}
   */
  public boolean strict() {
    return values.strict;
  }

  /** {@return a plugin library of the provider, in place of the one on the class path} */
  public Optional<Path> library() {
    return values.library;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CudaOptions that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString().replaceFirst("Values", "CudaOptions");
  }

  /** Collects settings one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private OptionalInt memoryMegabytes = OptionalInt.empty();
    private ArenaGrowth arenaGrowth = ArenaGrowth.AS_REQUESTED;
    private boolean strict;
    private Optional<Path> library = Optional.empty();

    private Builder() {}

    /** Sets the most memory that each session may hold on the card, at least 1 MB. */
    public Builder memoryMegabytes(int memoryMegabytes) {
      this.memoryMegabytes = OptionalInt.of(Require.atLeast(1, "memoryMegabytes", memoryMegabytes));
      return this;
    }

    /** Sets how the memory on the card grows. */
    public Builder arenaGrowth(ArenaGrowth arenaGrowth) {
      this.arenaGrowth = Objects.requireNonNull(arenaGrowth, "arenaGrowth");
      return this;
    }

    /** Sets whether a node that is left to the processor is an error. */
    public Builder strict(boolean strict) {
      this.strict = strict;
      return this;
    }

    /** Sets the plugin library to take the provider from. */
    public Builder library(Path library) {
      this.library = Optional.of(library);
      return this;
    }

    /** {@return the options as set so far} */
    public CudaOptions build() {
      return new CudaOptions(new Values(memoryMegabytes, arenaGrowth, strict, library));
    }
  }
}
