package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.common.base.Preconditions;

/**
 * How sessions run. Immutable and thread-safe.
 *
 * @param threads the threads of one native call; 0 takes one a core
 * @param maxTokens the largest number of tokens of a sequence, unless the model allows fewer; the
 *     rotary tables take {@code 4 · maxTokens · headSize} bytes
 */
public record SessionSettings(int threads, int maxTokens) {

  /** Checks the numbers. */
  public SessionSettings {
    Preconditions.checkArgument(threads >= 0, "threads must not be negative, found %s", threads);
    Preconditions.checkArgument(maxTokens >= 1, "maxTokens must be positive, found %s", maxTokens);
  }

  /** Returns the defaults: a thread a core, sequences up to 4,096 tokens. */
  public static SessionSettings defaults() {
    return new SessionSettings(0, 4096);
  }

  /** Returns these settings with another number of threads. */
  public SessionSettings withThreads(int value) {
    return new SessionSettings(value, maxTokens);
  }

  /** Returns ONNX Runtime's options for these settings; the caller closes them. */
  public OrtSession.SessionOptions create() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    options.setIntraOpNumThreads(threads);
    // Shapes differ from call to call: a plan for each of them would only grow.
    options.setMemoryPatternOptimization(false);
    return options;
  }
}
