package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import com.google.common.collect.Iterables;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.internal.NativeLibraries;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The factors of adapters as inputs of runs, made once for each state of an adapter: the states
 * used last are kept, the others go when no run uses them. Thread-safe; owns native memory.
 */
final class AdapterTensors implements AutoCloseable {
  /** Two roles, each with its present state and the one before it, which solves still use. */
  private static final int KEPT = 4;

  private final OrtEnvironment environment = NativeLibraries.onnxRuntime();
  private final int emptyRank;
  private final Map<AdapterSnapshot, Factors> known = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Keeps nothing yet.
   *
   * @param emptyRank the rank of adapters that change nothing
   */
  AdapterTensors(int emptyRank) {
    this.emptyRank = emptyRank;
  }

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
    Factors factors =
        new Factors(
            NativeScratch.direct(Float.BYTES * elements(adapter, emptyRank)).asFloatBuffer());
    try {
      fillForward(adapter, emptyRank, factors::add);
    } catch (RuntimeException e) {
      factors.free();
      throw e;
    }
    return factors;
  }

  private static long elements(AdapterSnapshot adapter, int emptyRank) {
    AdapterLayout layout = adapter.layout();
    long rank = adapter.changesModel() ? layout.rank() : emptyRank;
    long elements = 0;
    for (LinearSite site : Iterables.concat(layout.sites(), layout.untouched())) {
      elements += rank * (site.inputs() + site.outputs());
    }
    return elements;
  }

  /** Gives an input memory, which is then filled. */
  @FunctionalInterface
  interface Inputs {
    /** Adds an input and returns its memory. */
    FloatBuffer add(String name, long... shape);
  }

  /**
   * Adds the factors of an adapter for a run that only goes forward. Those of an adapter that
   * changes nothing may have rank 0: products over no elements, which leave what they are added to
   * as it is, and cost nothing.
   *
   * @param emptyRank the rank of adapters that change nothing
   */
  static void fillForward(AdapterSnapshot adapter, int emptyRank, Inputs inputs) {
    if (adapter.changesModel()) {
      fill(adapter, 1, inputs);
      return;
    }
    AdapterLayout layout = adapter.layout();
    for (LinearSite site : Iterables.concat(layout.sites(), layout.untouched())) {
      inputs
          .add(site.inputOfA(), emptyRank, site.inputs())
          .put(new float[emptyRank * site.inputs()]);
      inputs
          .add(site.inputOfB(), site.outputs(), emptyRank)
          .put(new float[site.outputs() * emptyRank]);
    }
  }

  /**
   * Adds the factors of an adapter; layers that it does not touch get zeros, of the same rank: the
   * graph counts on it that all factors have one.
   *
   * @param factor what B is multiplied by
   */
  static void fill(AdapterSnapshot adapter, float factor, Inputs inputs) {
    List<LinearSite> sites = adapter.layout().sites();
    int rank = adapter.layout().rank();
    for (int i = 0; i < sites.size(); i++) {
      LinearSite site = sites.get(i);
      adapter.copyA(i, inputs.add(site.inputOfA(), rank, site.inputs()));
      adapter.copyScaledB(i, factor, inputs.add(site.inputOfB(), site.outputs(), rank));
    }
    for (LinearSite site : adapter.layout().untouched()) {
      inputs.add(site.inputOfA(), rank, site.inputs()).put(new float[rank * site.inputs()]);
      inputs.add(site.inputOfB(), site.outputs(), rank).put(new float[site.outputs() * rank]);
    }
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
    private final FloatBuffer memory;
    private int uses;

    private Factors(FloatBuffer memory) {
      this.memory = memory;
    }

    private FloatBuffer add(String name, long... shape) {
      int size = Math.toIntExact(FloatTensor.elements(shape));
      FloatBuffer part = memory.slice(memory.position(), size);
      memory.position(memory.position() + size);
      try {
        inputs.put(name, OnnxTensor.createTensor(environment, part, shape));
      } catch (OrtException e) {
        throw new FlowException(
            "ONNX Runtime refused the input " + name + ": " + e.getMessage(), e);
      }
      return part;
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
