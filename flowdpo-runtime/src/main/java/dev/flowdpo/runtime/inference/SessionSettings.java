package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import com.google.common.base.Preconditions;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.Device;
import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Precision;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.runtime.internal.CudaLibraries;
import dev.flowdpo.runtime.internal.NativeLibraries;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a model's graphs run and hold its weights: what was chosen in an {@link ExecutionTarget},
 * with what it left open decided. This is the one place that reads it. Immutable and thread-safe.
 *
 * @param threads the threads of one native call; 0 takes one a core, and those of all sessions from
 *     one pool
 * @param spinning whether these threads wait for each other in busy loops; if not, every session
 *     has threads of its own
 * @param maxTokens the largest number of tokens of a sequence, unless the model allows fewer; the
 *     rotary tables take {@code 4 · maxTokens · headSize} bytes
 * @param quantization how the frozen matrices are held in memory
 * @param packing which graphs hold a packed copy of the matrices
 * @param gradients how gradients are formed
 * @param cache the folder for quantised weights; empty for one in the model's folder
 * @param precision the type that graphs compute in; empty for that of the file's matrices
 * @param cuda the graphics card that they run on; empty for the processor
 */
public record SessionSettings(
    int threads,
    boolean spinning,
    int maxTokens,
    Quantization quantization,
    WeightPacking packing,
    GradientPath gradients,
    Optional<Path> cache,
    Optional<Precision> precision,
    Optional<CudaProvider> cuda) {
  /**
   * The system property with a folder for ONNX Runtime's profiles of sessions made from then on.
   */
  public static final String PROFILE = "flowdpo.onnxruntime.profiles";

  private static final Logger LOG = LoggerFactory.getLogger(SessionSettings.class);

  /** Checks the numbers. */
  public SessionSettings {
    Preconditions.checkArgument(threads >= 0, "threads must not be negative, found %s", threads);
    Preconditions.checkArgument(maxTokens >= 1, "maxTokens must be positive, found %s", maxTokens);
    Objects.requireNonNull(quantization, "quantization");
    Objects.requireNonNull(packing, "packing");
    Objects.requireNonNull(gradients, "gradients");
    Objects.requireNonNull(cache, "cache");
    Objects.requireNonNull(precision, "precision");
    Objects.requireNonNull(cuda, "cuda");
  }

  /** Full precision on the processor, a packed copy for decoding, and gradients from taps. */
  public SessionSettings(int threads, int maxTokens) {
    this(
        threads,
        true,
        maxTokens,
        Quantization.AS_STORED,
        WeightPacking.DECODING,
        GradientPath.TAPS,
        Optional.empty(),
        Optional.of(Precision.F32),
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
    return new SessionSettings(
        value, spinning, maxTokens, quantization, packing, gradients, cache, precision, cuda);
  }

  /** Returns these settings with another form of the weights. */
  public SessionSettings withQuantization(Quantization value) {
    return new SessionSettings(
        threads, spinning, maxTokens, value, packing, gradients, cache, precision, cuda);
  }

  /** Returns these settings with packed copies for other graphs. */
  public SessionSettings withPacking(WeightPacking value) {
    return new SessionSettings(
        threads, spinning, maxTokens, quantization, value, gradients, cache, precision, cuda);
  }

  /**
   * Returns these settings for graphs that compute in a type; those of 16 bits form gradients
   * themselves.
   */
  public SessionSettings withPrecision(Precision value) {
    return new SessionSettings(
        threads,
        spinning,
        maxTokens,
        quantization,
        packing,
        value == Precision.F32 ? gradients : GradientPath.IN_GRAPH,
        cache,
        Optional.of(value),
        cuda);
  }

  /**
   * Returns these settings with what an application chose in their place. Says in the log why a
   * device that was left open is the processor.
   *
   * @throws InvalidInputException if the device cannot be used, or cannot do what was chosen
   */
  public SessionSettings with(ModelOptions options) {
    ExecutionTarget target = options.execution();
    Optional<CudaProvider> chosen = device(target);
    boolean card = chosen.isPresent();
    Optional<Precision> type =
        target.precision().or(() -> card ? Optional.empty() : Optional.of(Precision.F32));
    boolean taps = !card && type.equals(Optional.of(Precision.F32));
    checkPrecision(target, card, type);
    return new SessionSettings(
        target.threads().orElse(threads),
        target.spinning(),
        options.maxTokens().orElse(maxTokens),
        target.quantization(),
        target.packing().orElse(packing),
        target.gradients().orElse(taps ? gradients : GradientPath.IN_GRAPH),
        options.cache().or(() -> cache),
        type,
        chosen);
  }

  private static Optional<CudaProvider> device(ExecutionTarget target) {
    if (target.device() == Device.CPU) {
      if (target.deviceIndex() > 0) {
        throw new InvalidInputException(
            "execution.deviceIndex: expected 0, as there is one CPU, found "
                + target.deviceIndex());
      }
      return Optional.empty();
    }
    CudaProvider provider = new CudaProvider(target.deviceIndex(), target.cuda());
    Optional<CudaLibraries.Missing> missing = provider.missing();
    if (missing.isEmpty() && quantized(target.quantization())) {
      missing =
          Optional.of(
              new CudaLibraries.Missing(
                  "expected NONE or AS_STORED of a file without blocks as quantisation, found "
                      + target.quantization(),
                  "quantised matrices run on the processor"));
    }
    if (missing.isEmpty()) {
      return Optional.of(provider);
    }
    if (target.device() == Device.CUDA) {
      throw new InvalidInputException(
          "execution.device: CUDA device %d cannot be used: %s; %s"
              .formatted(target.deviceIndex(), missing.get().found(), missing.get().advice()));
    }
    LOG.info("Device: the processor. CUDA cannot be used: {}", missing.get().found());
    return Optional.empty();
  }

  private static void checkPrecision(
      ExecutionTarget target, boolean card, Optional<Precision> type) {
    boolean half = type.isPresent() && type.get() != Precision.F32;
    if (!card && type.equals(Optional.of(Precision.BF16))) {
      throw new InvalidInputException(
          "execution.precision: expected F32 or F16 on the processor, for which ONNX Runtime has no"
              + " operations in BF16, found BF16");
    }
    if (half && quantized(target.quantization())) {
      throw new InvalidInputException(
          "execution.precision: expected F32 with matrices in %s, found %s"
              .formatted(target.quantization(), type.get()));
    }
    if ((half || type.isEmpty()) && target.gradients().equals(Optional.of(GradientPath.TAPS))) {
      throw new InvalidInputException(
          "execution.gradients: expected IN_GRAPH where a model may compute in 16 bits, found TAPS");
    }
  }

  private static boolean quantized(Quantization quantization) {
    return quantization == Quantization.INT4 || quantization == Quantization.INT8;
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
    if (threads == 0 && spinning && NativeLibraries.onePool()) {
      options.disablePerSessionThreads();
    } else {
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry("session.intra_op.allow_spinning", spinning ? "1" : "0");
    }
    // Shapes differ from call to call: a plan for each of them would only grow.
    options.setMemoryPatternOptimization(false);
    String profiles = System.getProperty(PROFILE);
    if (profiles != null) {
      options.enableProfiling(Path.of(profiles, "session-" + System.nanoTime()).toString());
    }
    if (!precision.equals(Optional.of(Precision.F32))) {
      // What is said to be in 32 bits stays so: it would move conversions past other operations.
      options.addConfigEntry("optimization.disable_specified_optimizers", "PropagateCastOps");
    }
    if (cuda.isEmpty() && precision.equals(Optional.of(Precision.F16))) {
      // It would warn of every operation that it has in 32 bits alone.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
    }
    if (cuda.isPresent()) {
      try {
        cuda.get().addTo(options);
      } catch (OrtException | RuntimeException e) {
        options.close();
        throw e;
      }
    }
    return options;
  }
}
