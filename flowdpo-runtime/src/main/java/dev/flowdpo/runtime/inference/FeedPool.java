package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OrtEnvironment;
import dev.flowdpo.runtime.internal.NativeLibraries;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Hands out the inputs of runs and takes their native memory back for the next run: as many slabs
 * as there were runs at the same time. Closing it ends the runs. Thread-safe.
 */
public final class FeedPool implements AutoCloseable {
  private final OrtEnvironment environment = NativeLibraries.onnxRuntime();
  private final ConcurrentLinkedDeque<NativeScratch> scratches = new ConcurrentLinkedDeque<>();
  private final RunLeases leases;

  /**
   * Creates a pool.
   *
   * @param model what to call the model whose runs these are
   */
  public FeedPool(String model) {
    leases = new RunLeases(model);
  }

  /**
   * Returns empty inputs for one run.
   *
   * @throws dev.flowdpo.error.FlowClosedException if the model is closed
   */
  public TensorFeed feed() {
    RunLeases.Lease lease = leases.take();
    NativeScratch scratch = scratches.poll();
    return new TensorFeed(
        environment, scratch == null ? new NativeScratch() : scratch, scratches::push, lease);
  }

  /** Waits for the runs under way, which it ends, and drops the memory. */
  @Override
  public void close() {
    leases.close();
    scratches.clear();
  }
}
