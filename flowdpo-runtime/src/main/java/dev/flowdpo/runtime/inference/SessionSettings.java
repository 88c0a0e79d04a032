package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import com.google.common.base.Preconditions;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.Device;
import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.runtime.internal.NativeLibraries;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * How a model's graphs run and hold its weights: what was chosen in an {@link ExecutionTarget},
 * with what it left open decided. This is the one place that reads it. Immutable and thread-safe.
 *
 * @param threads the threads of one native call; 0 takes one a core
 * @param spinning whether these threads wait for each other in busy loops
 * @param maxTokens the largest number of tokens of a sequence, unless the model allows fewer; the
 *     rotary tables take {@code 4 · maxTokens · headSize} bytes
 * @param quantization how the frozen matrices are held in memory
 * @param packing which graphs hold a packed copy of the matrices
 * @param gradients how gradients are formed
 * @param cache the folder for quantised weights; empty for one in the model's folder
 */
public record SessionSettings(
    int threads,
    boolean spinning,
    int maxTokens,
    Quantization quantization,
    WeightPacking packing,
    GradientPath gradients,
    Optional<Path> cache) {

  /** Checks the numbers. */
  public SessionSettings {
    Preconditions.checkArgument(threads >= 0, "threads must not be negative, found %s", threads);
    Preconditions.checkArgument(maxTokens >= 1, "maxTokens must be positive, found %s", maxTokens);
    Objects.requireNonNull(quantization, "quantization");
    Objects.requireNonNull(packing, "packing");
    Objects.requireNonNull(gradients, "gradients");
    Objects.requireNonNull(cache, "cache");
  }

  /** Full precision, a packed copy for decoding, and gradients from taps. */
  public SessionSettings(int threads, int maxTokens) {
    this(
        threads,
        true,
        maxTokens,
        Quantization.AS_STORED,
        WeightPacking.DECODING,
        GradientPath.TAPS,
        Optional.empty());
  }

  /**
   * Returns the defaults: a thread a core, sequences up to 4,096 tokens, full precision, a packed
   * copy for decoding.
   */
  public static SessionSettings defaults() {
    return new SessionSettings(0, 4096);
  }

  /** Returns these settings with another number of threads. */
  public SessionSettings withThreads(int value) {
    return new SessionSettings(value, spinning, maxTokens, quantization, packing, gradients, cache);
  }

  /** Returns these settings with another precision of the weights. */
  public SessionSettings withQuantization(Quantization value) {
    return new SessionSettings(threads, spinning, maxTokens, value, packing, gradients, cache);
  }

  /** Returns these settings with packed copies for other graphs. */
  public SessionSettings withPacking(WeightPacking value) {
    return new SessionSettings(threads, spinning, maxTokens, quantization, value, gradients, cache);
  }

  /**
   * Returns these settings with what an application chose in their place.
   *
   * @throws InvalidInputException if the device cannot be used
   */
  public SessionSettings with(ModelOptions options) {
    ExecutionTarget target = options.execution();
    checkDevice(target);
    return new SessionSettings(
        target.threads().orElse(threads),
        target.spinning(),
        options.maxTokens().orElse(maxTokens),
        target.quantization(),
        target.packing().orElse(packing),
        target.gradients().orElse(gradients),
        options.cache().or(() -> cache));
  }

  private static void checkDevice(ExecutionTarget target) {
    if (target.device() == Device.CUDA) {
      throw new InvalidInputException(
          ("execution.device: expected AUTOMATIC or CPU, found CUDA device %d: this version of FlowDPO"
                  + " cannot run models on a graphics card, and ONNX Runtime on the class path has %s."
                  + " Take Device.AUTOMATIC, which is the CPU until there is more")
              .formatted(target.deviceIndex(), providers()));
    }
    if (target.deviceIndex() > 0 && target.device() == Device.CPU) {
      throw new InvalidInputException(
          "execution.deviceIndex: expected 0, as there is one CPU, found " + target.deviceIndex());
    }
  }

  private static String providers() {
    NativeLibraries.onnxRuntime();
    return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)
        ? "a CUDA provider, which it does not use"
        : "no CUDA provider";
  }

  /**
   * Returns the version of ONNX Runtime, as the library itself tells it.
   *
   * @throws dev.flowdpo.error.FlowException if it cannot be loaded
   */
  public static String onnxRuntimeVersion() {
    return NativeLibraries.onnxRuntime().getVersion();
  }

  /** Returns ONNX Runtime's options for these settings; the caller closes them. */
  public OrtSession.SessionOptions create() throws OrtException {
    NativeLibraries.onnxRuntime(); // the options alone would load it, unprepared
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    options.setIntraOpNumThreads(threads);
    if (!spinning) {
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
    }
    // Shapes differ from call to call: a plan for each of them would only grow.
    options.setMemoryPatternOptimization(false);
    return options;
  }
}
