package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OrtSession;
import dev.flowdpo.runtime.graph.PrefillGraph;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The keys and values that one run writes: straight into native memory of the model's, or, where
 * there is no room, into ONNX Runtime's own, from which they are copied to the heap. Close it after
 * the run. For one thread.
 */
final class KvOutputs implements AutoCloseable {
  private final KvMemory memory;
  private final int sides;
  private final int rows;
  private final int steps;
  private final int tokenBytes;
  private final Set<String> requested;
  private Optional<KvSlab> bound = Optional.empty();

  /**
   * Binds the outputs {@code key.L} and {@code value.L} of a run, where there is room.
   *
   * @param others the run's other outputs
   * @param shape their sizes, of which the last but one is that of the steps
   */
  KvOutputs(FrozenBase base, TensorFeed feed, Set<String> others, long... shape) {
    this.memory = base.keysAndValues();
    this.sides = 2 * base.config().layers();
    this.steps = (int) shape[shape.length - 2];
    this.tokenBytes = base.config().headSize() * base.elementType().bytes();
    long rows = 1;
    for (int axis = 0; axis < shape.length - 2; axis++) {
      rows *= shape[axis];
    }
    this.rows = (int) rows;
    this.requested = new HashSet<>(others);
    long side = rows * steps * tokenBytes;
    Optional<KvMemory.Region> region = memory.take(sides * side);
    bound = region.map(found -> KvSlab.in(found, sides, side, steps * tokenBytes));
    for (int i = 0; i < sides; i++) {
      if (region.isPresent()) {
        feed.sharedOutput(name(i), base.elementType(), region.get().part(i * side, side), shape);
      } else {
        requested.add(name(i));
      }
    }
  }

  private static String name(int side) {
    return side % 2 == 0 ? PrefillGraph.key(side / 2) : PrefillGraph.value(side / 2);
  }

  /** Returns the outputs that the run must return. */
  Set<String> requested() {
    return requested;
  }

  /**
   * Returns what the run wrote. Where more than half of it is padding, that is left away.
   *
   * @param written the steps that hold something
   */
  KvSlab read(OrtSession.Result result, int written) {
    KvSlab slab = bound.orElseGet(() -> onHeap(result));
    if (2 * written >= steps) {
      bound = Optional.empty();
      return slab;
    }
    return withoutPadding(slab, written);
  }

  private KvSlab onHeap(OrtSession.Result result) {
    ByteBuffer[] copies = new ByteBuffer[sides];
    for (int i = 0; i < sides; i++) {
      copies[i] = SessionResults.bytes(result, name(i));
    }
    return KvSlab.of(copies, steps * tokenBytes);
  }

  private KvSlab withoutPadding(KvSlab padded, int written) {
    int rowBytes = written * tokenBytes;
    int side = rows * rowBytes;
    KvSlab exact =
        memory
            .take((long) sides * side)
            .map(region -> KvSlab.in(region, sides, side, rowBytes))
            .orElseGet(() -> KvSlab.of(onHeap(side), rowBytes));
    for (int i = 0; i < sides; i++) {
      ByteBuffer to = exact.side(i);
      for (int row = 0; row < rows; row++) {
        to.put(exact.place(row), padded.side(i), padded.place(row), rowBytes);
      }
    }
    return exact;
  }

  private ByteBuffer[] onHeap(int side) {
    ByteBuffer[] memory = new ByteBuffer[sides];
    Arrays.setAll(memory, i -> ByteBuffer.allocate(side));
    return memory;
  }

  /** Gives back memory that {@link #read} did not return. */
  @Override
  public void close() {
    bound.ifPresent(KvSlab::giveBack);
  }
}
