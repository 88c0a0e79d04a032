package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OrtEnvironment;
import dev.flowdpo.runtime.internal.NativeLibraries;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Hands out the inputs of runs and takes their native memory back for the next run: as many slabs
 * as there were runs at the same time. Thread-safe.
 */
public final class FeedPool {
  private final OrtEnvironment environment = NativeLibraries.onnxRuntime();
  private final ConcurrentLinkedDeque<NativeScratch> scratches = new ConcurrentLinkedDeque<>();

  /** Returns empty inputs for one run. */
  public TensorFeed feed() {
    NativeScratch scratch = scratches.poll();
    return new TensorFeed(
        environment, scratch == null ? new NativeScratch() : scratch, scratches::push);
  }

  /** Drops the memory that no run uses. */
  void clear() {
    scratches.clear();
  }
}
