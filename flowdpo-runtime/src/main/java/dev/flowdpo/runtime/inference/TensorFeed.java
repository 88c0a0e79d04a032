package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.graph.ElementType;
import dev.flowdpo.runtime.internal.LeakDetector;
import dev.flowdpo.runtime.internal.Lookup;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of one run of a session, in native memory that the next run uses again. Close it after
 * the results are read. Not thread-safe.
 */
public final class TensorFeed implements AutoCloseable {
  private final OrtEnvironment environment;
  private final NativeScratch scratch;
  private final Consumer<NativeScratch> giveBack;
  private final RunLeases.Lease lease;
  private final Map<String, OnnxTensorLike> inputs = new HashMap<>();
  private final Map<String, OnnxValue> outputs = new HashMap<>();
  private final List<Runnable> closing = new ArrayList<>();
  private AdapterTensors.@Nullable Factors kept;
  private NativeRun.About about = new NativeRun.About("", 0, 0, null);
  private final LeakDetector.Handle open = LeakDetector.opened(this, "The inputs of a run");

  TensorFeed(
      OrtEnvironment environment,
      NativeScratch scratch,
      Consumer<NativeScratch> giveBack,
      RunLeases.Lease lease) {
    this.environment = environment;
    this.scratch = scratch;
    this.giveBack = giveBack;
    this.lease = lease;
  }

  /** Has the run under way, or the next one, end with an exception; from any thread. */
  void terminate() {
    lease.terminate();
  }

  /**
   * Adds a floating-point input and returns its memory, to be filled; its contents are not cleared.
   */
  public FloatBuffer floats(String name, long... shape) {
    ByteBuffer memory = scratch.take(4 * FloatTensor.elements(shape));
    add(name, memory, shape, OnnxJavaType.FLOAT);
    return memory.asFloatBuffer();
  }

  /**
   * Adds a 64-bit integer input and returns its memory, to be filled; its contents are not cleared.
   */
  public LongBuffer longs(String name, long... shape) {
    ByteBuffer memory = scratch.take(8 * FloatTensor.elements(shape));
    add(name, memory, shape, OnnxJavaType.INT64);
    return memory.asLongBuffer();
  }

  /** Adds an input of bytes and returns its memory, to be filled; its contents are not cleared. */
  public ByteBuffer bytes(String name, long... shape) {
    ByteBuffer memory = scratch.take(FloatTensor.elements(shape));
    add(name, memory, shape, OnnxJavaType.UINT8);
    return memory;
  }

  /** Adds a boolean of rank 0. */
  public void flag(String name, boolean value) {
    ByteBuffer memory = scratch.take(1);
    memory.put(0, (byte) (value ? 1 : 0));
    add(name, memory, new long[0], OnnxJavaType.BOOL);
  }

  /** Adds the factors of an adapter that are kept for many runs; they are held until the close. */
  void adapter(AdapterTensors.Factors factors) {
    kept = factors;
  }

  /**
   * Adds a copy of the factors of an adapter, for the one run of a state that changes with every
   * step; layers that it does not touch get zeros.
   */
  public void adapter(AdapterSnapshot adapter) {
    adapter(adapter, 1);
  }

  /** As {@link #adapter(AdapterSnapshot)}, with B multiplied by a factor of the run. */
  public void adapter(AdapterSnapshot adapter, float factor) {
    AdapterTensors.fill(adapter, factor, this::floats);
  }

  /**
   * Adds a copy of the factors of an adapter, for one run that only goes forward: an adapter that
   * changes nothing costs nothing.
   */
  public void adapterForward(AdapterSnapshot adapter, FrozenBase base) {
    AdapterTensors.fillForward(adapter, base.emptyRank(), this::floats);
  }

  /**
   * Adds an input of a floating-point type and returns its memory, to be filled; its contents are
   * not cleared.
   */
  ByteBuffer reals(String name, ElementType type, long... shape) {
    ByteBuffer memory = scratch.take(type.bytes() * FloatTensor.elements(shape));
    add(name, memory, shape, javaType(type));
    return memory;
  }

  /** Has an output written to memory of this feed, which it returns. */
  public ByteBuffer outputFloats(String name, long... shape) {
    return outputReals(name, ElementType.FLOAT, shape);
  }

  /** Has an output of a floating-point type written to memory of this feed, which it returns. */
  public ByteBuffer outputReals(String name, ElementType type, long... shape) {
    ByteBuffer memory = scratch.take(type.bytes() * FloatTensor.elements(shape));
    outputs.put(name, tensor(name, memory, shape, javaType(type)));
    return memory;
  }

  /** Returns memory of this feed that belongs to no tensor yet; its contents are not cleared. */
  public ByteBuffer memory(long bytes) {
    return scratch.take(bytes);
  }

  /** Adds an input that lies in memory of somebody else. */
  public void shared(String name, ByteBuffer memory, long... shape) {
    add(name, memory, shape, OnnxJavaType.FLOAT);
  }

  /** Adds an input of a floating-point type that lies in memory of somebody else. */
  void shared(String name, ElementType type, ByteBuffer memory, long... shape) {
    add(name, memory, shape, javaType(type));
  }

  /** Has the memory in which the run computes given back after it. */
  void shrink() {
    lease.shrink();
  }

  /** Has something run when this is closed. */
  void onClose(Runnable action) {
    closing.add(action);
  }

  /** Has an output written to memory of somebody else. */
  public void sharedOutput(String name, ByteBuffer memory, long... shape) {
    sharedOutput(name, ElementType.FLOAT, memory, shape);
  }

  /** Has an output of a floating-point type written to memory of somebody else. */
  void sharedOutput(String name, ElementType type, ByteBuffer memory, long... shape) {
    outputs.put(name, tensor(name, memory, shape, javaType(type)));
  }

  /**
   * Says what the run is, for the JDK's flight recorder.
   *
   * @param width the tokens of each row, padding included: read, or at most written
   * @param adapter the adapter of all rows, if there is one
   */
  public void describe(String kind, int rows, int width, @Nullable AdapterSnapshot adapter) {
    about = new NativeRun.About(kind, rows, width, adapter);
  }

  /**
   * Runs a session on these inputs.
   *
   * @param requested the outputs to return beside those that have memory here
   * @throws dev.flowdpo.error.FlowClosedException if the model is closed meanwhile
   * @throws FlowException if ONNX Runtime reports an error, or the run is given up
   */
  public OrtSession.Result run(OrtSession session, Set<String> requested) {
    return recorded(() -> runUnrecorded(session, requested));
  }

  /** As {@link #run}, as one of several runs within {@link #recorded}. */
  public OrtSession.Result runUnrecorded(OrtSession session, Set<String> requested) {
    return run(session, allInputs(), requested, outputs);
  }

  /**
   * Runs a session on inputs of any origin, as one of several runs within {@link #recorded}.
   *
   * @param requested the outputs to return beside those that have memory
   * @param pinned the outputs that have memory
   * @throws dev.flowdpo.error.FlowClosedException if the model is closed meanwhile
   * @throws FlowException if ONNX Runtime reports an error, or the run is given up
   */
  public OrtSession.Result run(
      OrtSession session,
      Map<String, OnnxTensorLike> chosen,
      Set<String> requested,
      Map<String, ? extends OnnxValue> pinned) {
    try {
      return session.run(chosen, requested, pinned, lease.options());
    } catch (OrtException e) {
      throw lease.failure(e);
    }
  }

  /** Has the JDK's flight recorder see some runs as one. */
  public <T> T recorded(Supplier<T> runs) {
    NativeRun event = new NativeRun();
    event.begin();
    try {
      return runs.get();
    } finally {
      event.end(about);
    }
  }

  /** Returns an input, or an output that has memory here, by its name. */
  public OnnxTensorLike tensor(String name) {
    OnnxTensorLike input = inputs.get(name);
    return input != null ? input : (OnnxTensorLike) Lookup.required(outputs, name);
  }

  /**
   * Returns a tensor over memory of this feed, which the caller closes.
   *
   * @param name what errors call it
   */
  public OnnxTensor tensor(String name, ElementType type, ByteBuffer memory, long... shape) {
    return tensor(name, memory, shape, javaType(type));
  }

  private static OnnxJavaType javaType(ElementType type) {
    return switch (type) {
      case FLOAT -> OnnxJavaType.FLOAT;
      case FLOAT16 -> OnnxJavaType.FLOAT16;
      case BFLOAT16 -> OnnxJavaType.BFLOAT16;
      default -> throw new IllegalArgumentException(type + " is not a floating-point type");
    };
  }

  private Map<String, OnnxTensorLike> allInputs() {
    if (kept == null) {
      return inputs;
    }
    Map<String, OnnxTensorLike> all = new HashMap<>(inputs);
    all.putAll(kept.inputs());
    return all;
  }

  private void add(String name, ByteBuffer memory, long[] shape, OnnxJavaType type) {
    OnnxTensorLike previous = inputs.put(name, tensor(name, memory, shape, type));
    if (previous != null) {
      previous.close();
      throw new IllegalStateException("Input " + name + " was given twice");
    }
  }

  private OnnxTensor tensor(String name, ByteBuffer memory, long[] shape, OnnxJavaType type) {
    try {
      return OnnxTensor.createTensor(environment, memory, shape, type);
    } catch (OrtException e) {
      throw new FlowException("ONNX Runtime refused the tensor " + name + ": " + e.getMessage(), e);
    }
  }

  /** Frees the tensors, gives the memory back and ends the lease of the model. */
  @Override
  public void close() {
    open.closed();
    inputs.values().forEach(OnnxTensorLike::close);
    outputs.values().forEach(OnnxValue::close);
    closing.forEach(Runnable::run);
    if (kept != null) {
      kept.close();
    }
    scratch.reset();
    giveBack.accept(scratch);
    lease.close();
  }
}
