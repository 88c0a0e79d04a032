package dev.flowdpo.model;

import dev.flowdpo.error.Require;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a model runs: the device, the precision, how its frozen matrices are held, the way
 * to the gradient, threads, and packed copies. Keys and values lie where the device reads them.
 * What is left open the engine decides for its model and the device; what it cannot do it refuses
 * when it opens the model, with an {@link dev.flowdpo.error.InvalidInputException} that names what
 * is missing, as a value out of its range is refused at once. Immutable and thread-safe.
 */
public final class ExecutionTarget {
  private static final ExecutionTarget DEFAULTS =
      new ExecutionTarget(
          new Values(
              Device.AUTOMATIC,
              0,
              CudaOptions.defaults(),
              Optional.empty(),
              Quantization.AS_STORED,
              Optional.empty(),
              OptionalInt.empty(),
              true,
              Optional.empty()));

  private final Values values;

  private record Values(
      Device device,
      int deviceIndex,
      CudaOptions cuda,
      Optional<Precision> precision,
      Quantization quantization,
      Optional<GradientPath> gradients,
      OptionalInt threads,
      boolean spinning,
      Optional<WeightPacking> packing) {}

  private ExecutionTarget(Values values) {
    this.values = values;
  }

  /** {@return the best device, weights as stored, all else left to the engine} */
  public static ExecutionTarget defaults() {
    return DEFAULTS;
  }

  /**
   * {@return the first graphics card of NVIDIA where the engine can use one, else the processor, in
   * which case it says why in its log: the same as {@link #defaults()}}
   */
  public static ExecutionTarget auto() {
    return DEFAULTS;
  }

  /** {@return the processor, all else as in {@link #defaults()}} */
  public static ExecutionTarget cpu() {
    return builder().device(Device.CPU).build();
  }

  /**
   * {@return a graphics card of NVIDIA, and nothing else, all else as in {@link #defaults()}}
   *
   * @param deviceIndex which one, as its driver counts them, from 0
   */
  public static ExecutionTarget cuda(int deviceIndex) {
    return builder().device(Device.CUDA).deviceIndex(deviceIndex).build();
  }

  /** {@return a builder that starts from {@link #defaults()}} */
  public static Builder builder() {
    return DEFAULTS.toBuilder();
  }

  /** {@return a builder that starts from this target} */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** {@return what computes; default {@link Device#AUTOMATIC}} */
  public Device device() {
    return values.device;
  }

  /** {@return which of several devices of the kind, as its driver counts them; default 0} */
  public int deviceIndex() {
    return values.deviceIndex;
  }

  /** {@return how a graphics card is used, where the device is one} */
  public CudaOptions cuda() {
    return values.cuda;
  }

  /**
   * {@return the type that a model computes in; by default {@link Precision#F32} on a processor,
   * and on a graphics card the type in which the model's file holds its matrices}
   */
  public Optional<Precision> precision() {
    return values.precision;
  }

  /**
   * {@return how the frozen matrices are held in memory; default {@link Quantization#AS_STORED}}
   */
  public Quantization quantization() {
    return values.quantization;
  }

  /**
   * {@return how learners form gradients; by default {@link GradientPath#TAPS} in 32 bits on a CPU,
   * else {@link GradientPath#IN_GRAPH}}
   */
  public Optional<GradientPath> gradients() {
    return values.gradients;
  }

  /** {@return the threads of one native call on a CPU; 0 takes one a core} */
  public OptionalInt threads() {
    return values.threads;
  }

  /**
   * {@return whether the threads of a native call wait for each other in busy loops, which is
   * fastest on cores that nobody else needs and slow on others; default true}
   */
  public boolean spinning() {
    return values.spinning;
  }

  /** {@return which graphs hold a packed copy of the matrices} */
  public Optional<WeightPacking> packing() {
    return values.packing;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExecutionTarget that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString().replaceFirst("Values", "ExecutionTarget");
  }

  /** Collects settings one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private Device device;
    private int deviceIndex;
    private CudaOptions cuda;
    private Optional<Precision> precision;
    private Quantization quantization;
    private Optional<GradientPath> gradients;
    private OptionalInt threads;
    private boolean spinning;
    private Optional<WeightPacking> packing;

    private Builder(Values values) {
      device = values.device;
      deviceIndex = values.deviceIndex;
      cuda = values.cuda;
      precision = values.precision;
      quantization = values.quantization;
      gradients = values.gradients;
      threads = values.threads;
      spinning = values.spinning;
      packing = values.packing;
    }

    /** Sets what computes. */
    public Builder device(Device device) {
      this.device = Objects.requireNonNull(device, "device");
      return this;
    }

    /** Sets which of several devices of the kind, at least 0. */
    public Builder deviceIndex(int deviceIndex) {
      this.deviceIndex = Require.atLeast(0, "deviceIndex", deviceIndex);
      return this;
    }

    /** Sets how a graphics card is used. */
    public Builder cuda(CudaOptions cuda) {
      this.cuda = Objects.requireNonNull(cuda, "cuda");
      return this;
    }

    /** Changes how a graphics card is used. */
    public Builder cuda(Consumer<CudaOptions.Builder> change) {
      CudaOptions.Builder builder = cuda.toBuilder();
      change.accept(builder);
      return cuda(builder.build());
    }

    /** Sets the type that the model computes in. */
    public Builder precision(Precision precision) {
      this.precision = Optional.of(precision);
      return this;
    }

    /** Sets how the frozen matrices are held in memory. */
    public Builder quantization(Quantization quantization) {
      this.quantization = Objects.requireNonNull(quantization, "quantization");
      return this;
    }

    /** Sets how learners form gradients. */
    public Builder gradients(GradientPath gradients) {
      this.gradients = Optional.of(gradients);
      return this;
    }

    /** Sets the threads of one native call, at least 1, or 0 for one a core. */
    public Builder threads(int threads) {
      this.threads = OptionalInt.of(Require.atLeast(0, "threads", threads));
      return this;
    }

    /** Sets whether the threads of a native call wait for each other in busy loops. */
    public Builder spinning(boolean spinning) {
      this.spinning = spinning;
      return this;
    }

    /** Sets which graphs hold a packed copy of the matrices. */
    public Builder packing(WeightPacking packing) {
      this.packing = Optional.of(packing);
      return this;
    }

    /** {@return the target as set so far} */
    public ExecutionTarget build() {
      return new ExecutionTarget(
          new Values(
              device,
              deviceIndex,
              cuda,
              precision,
              quantization,
              gradients,
              threads,
              spinning,
              packing));
    }
  }
}
