package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.internal.NativeLibraries;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The factors of adapters as inputs of runs, made once for each state of an adapter: the states
 * used last are kept, the others go when no run uses them. Thread-safe; owns native memory.
 */
final class AdapterTensors implements AutoCloseable {
  /** Two roles, each with its present state and the one before it, which solves still use. */
  private static final int KEPT = 4;

  private final OrtEnvironment environment = NativeLibraries.onnxRuntime();
  private final Map<AdapterSnapshot, Factors> known = new LinkedHashMap<>(16, 0.75f, true);

  /** Returns the inputs of an adapter, to be closed after the run. */
  synchronized Factors use(AdapterSnapshot adapter) {
    Factors factors = known.computeIfAbsent(adapter, this::create);
    factors.uses++;
    Iterator<Factors> oldest = known.values().iterator();
    for (int excess = known.size() - KEPT; excess > 0; excess--) {
      Factors old = oldest.next();
      if (old.uses == 0) {
        old.free();
        oldest.remove();
      }
    }
    return factors;
  }

  private Factors create(AdapterSnapshot adapter) {
    AdapterLayout layout = adapter.layout();
    int rank = layout.rank();
    long untouched = 0;
    for (LinearSite site : layout.untouched()) {
      untouched += (long) rank * (site.inputs() + site.outputs());
    }
    // Layers that the adapter does not touch get zeros, of the same rank: the graph counts on it.
    FloatBuffer memory =
        NativeScratch.direct(Float.BYTES * (layout.size() + untouched)).asFloatBuffer();
    Factors factors = new Factors();
    try {
      for (int i = 0; i < layout.sites().size(); i++) {
        LinearSite site = layout.sites().get(i);
        FloatBuffer a = part(memory, layout.sizeOfA(i));
        adapter.copyA(i, a);
        factors.add(site.inputOfA(), a.rewind(), rank, site.inputs());
        FloatBuffer b = part(memory, layout.sizeOfB(i));
        adapter.copyScaledB(i, b);
        factors.add(site.inputOfB(), b.rewind(), site.outputs(), rank);
      }
      for (LinearSite site : layout.untouched()) {
        factors.add(site.inputOfA(), part(memory, rank * site.inputs()), rank, site.inputs());
        factors.add(site.inputOfB(), part(memory, rank * site.outputs()), site.outputs(), rank);
      }
    } catch (OrtException e) {
      factors.free();
      throw new FlowException("ONNX Runtime refused an adapter: " + e.getMessage(), e);
    }
    return factors;
  }

  private static FloatBuffer part(FloatBuffer memory, int size) {
    FloatBuffer part = memory.slice(memory.position(), size);
    memory.position(memory.position() + size);
    return part;
  }

  /** Frees everything; no run may use it any more. */
  @Override
  public synchronized void close() {
    known.values().forEach(Factors::free);
    known.clear();
  }

  /** The inputs of one state of an adapter, for as long as a run uses them. */
  final class Factors implements AutoCloseable {
    private final Map<String, OnnxTensorLike> inputs = new HashMap<>();
    private int uses;

    private void add(String name, FloatBuffer values, long... shape) throws OrtException {
      inputs.put(name, OnnxTensor.createTensor(environment, values, shape));
    }

    Map<String, OnnxTensorLike> inputs() {
      return inputs;
    }

    private void free() {
      inputs.values().forEach(OnnxTensorLike::close);
    }

    @Override
    public void close() {
      synchronized (AdapterTensors.this) {
        uses--;
      }
    }
  }
}
