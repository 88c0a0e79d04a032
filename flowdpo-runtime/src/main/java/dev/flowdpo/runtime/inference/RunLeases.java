package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * Who uses a model's native memory now. Every run holds a lease from before it fills its inputs
 * until its results are read; closing refuses new leases, ends native runs under way, and waits for
 * the last lease. Thread-safe.
 */
final class RunLeases {
  private final String model;
  private final Set<Lease> held = new HashSet<>();
  private final CountDownLatch free = new CountDownLatch(1);
  private boolean closed;

  RunLeases(String model) {
    this.model = model;
  }

  /** Returns a lease, to be closed by the thread that runs. */
  synchronized Lease take() {
    if (closed) {
      throw closedException();
    }
    Lease lease = new Lease();
    held.add(lease);
    return lease;
  }

  private synchronized void give(Lease lease) {
    held.remove(lease);
    if (closed && held.isEmpty()) {
      free.countDown();
    }
  }

  /** Refuses new leases, ends the runs under way and returns when none uses the model any more. */
  void close() {
    synchronized (this) {
      closed = true;
      held.forEach(Lease::terminate);
      if (held.isEmpty()) {
        free.countDown();
      }
    }
    Uninterruptibles.awaitUninterruptibly(free);
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private FlowClosedException closedException() {
    return new FlowClosedException("The model " + model + " is closed; build a new flow to go on.");
  }

  /** The right to use the model for one run. {@link #terminate} may come from any thread. */
  final class Lease implements AutoCloseable {
    private final OrtSession.RunOptions options;
    private boolean terminated;
    private boolean over;

    private Lease() {
      try {
        options = new OrtSession.RunOptions();
        // What goes wrong is thrown; ONNX Runtime would also print that a run was ended.
        options.setLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      } catch (OrtException e) {
        throw new FlowException("ONNX Runtime gave no options for a run: " + e.getMessage(), e);
      }
    }

    /** Returns what a native run must be given so that it can be ended. */
    OrtSession.RunOptions options() {
      return options;
    }

    /** Has ONNX Runtime give back, after each run, the memory in which it computed. */
    void shrink() {
      try {
        options.addRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
      } catch (OrtException e) {
        throw new FlowException("ONNX Runtime refused an option: " + e.getMessage(), e);
      }
    }

    /** Has the native run under way, or the next one, end with an exception. */
    synchronized void terminate() {
      terminated = true;
      if (over) {
        return;
      }
      try {
        options.setTerminate(true);
      } catch (OrtException e) {
        throw new FlowException("ONNX Runtime could not end a run: " + e.getMessage(), e);
      }
    }

    /** Returns what a run under this lease failed with. */
    FlowException failure(OrtException cause) {
      if (isClosed()) {
        return closedException();
      }
      synchronized (this) {
        return terminated
            ? new FlowException("The run was given up, since nobody waited for it.", cause)
            : new FlowException("ONNX Runtime failed in a run: " + cause.getMessage(), cause);
      }
    }

    @Override
    public void close() {
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
        options.close();
      }
      give(this);
    }
  }
}
