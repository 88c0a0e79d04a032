package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OrtSession;
import dev.flowdpo.runtime.graph.PrefillGraph;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The keys and values that one run writes: straight into native memory of the model's, or, where
 * there is no room, into ONNX Runtime's own, from which they are copied to the heap. Close it after
 * the run. For one thread.
 */
final class KvOutputs implements AutoCloseable {
  private final KvShape shape;
  private final Set<String> requested;
  private final Optional<KvMemory.Region> region;
  private boolean read;

  /**
   * Binds the outputs {@code key.L} and {@code value.L} of a run, where there is room.
   *
   * @param others the run's other outputs
   * @param shape their sizes, of which the last but one is that of the steps
   */
  KvOutputs(FrozenBase base, TensorFeed feed, Set<String> others, long... shape) {
    long rows = 1;
    for (int axis = 0; axis < shape.length - 2; axis++) {
      rows *= shape[axis];
    }
    // Which of the rows are heads of one sequence depends on the run.
    KvShape model = KvShape.of(base, 1, (int) shape[shape.length - 2]);
    this.shape = new KvShape(model.sides(), (int) rows, 1, model.steps(), model.tokenBytes());
    this.requested = new HashSet<>(others);
    this.region = base.keysAndValues().take(this.shape.bytes());
    for (int i = 0; i < this.shape.sides(); i++) {
      if (region.isPresent()) {
        ByteBuffer side = region.get().part(i * this.shape.side(), this.shape.side());
        feed.sharedOutput(name(i), base.elementType(), side, shape);
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
   * Returns what the run wrote, without what follows the steps that somebody keeps.
   *
   * @param kept the number of these steps, at least 1
   */
  KvSlab read(OrtSession.Result result, int kept) {
    KvSlab slab = region.isPresent() ? inRegion(region.get(), kept) : onHeap(result, kept);
    read = true;
    return slab;
  }

  private KvSlab inRegion(KvMemory.Region all, int kept) {
    int rowBytes = kept * shape.tokenBytes();
    long side = (long) rows() * rowBytes;
    if (kept < shape.steps()) {
      for (int i = 0; i < shape.sides(); i++) {
        ByteBuffer from = all.part(i * shape.side(), shape.side());
        ByteBuffer to = all.part(i * side, side);
        copyBeginnings(from, to, rowBytes);
      }
      all.giveFrom(shape.sides() * side);
    }
    return KvSlab.in(all, shape.sides(), side, rowBytes);
  }

  private KvSlab onHeap(OrtSession.Result result, int kept) {
    int rowBytes = kept * shape.tokenBytes();
    ByteBuffer[] sides = new ByteBuffer[shape.sides()];
    for (int i = 0; i < sides.length; i++) {
      ByteBuffer all = SessionResults.bytes(result, name(i));
      sides[i] = all;
      if (kept < shape.steps()) {
        sides[i] = ByteBuffer.allocate(rows() * rowBytes);
        copyBeginnings(all, sides[i], rowBytes);
      }
    }
    return KvSlab.of(sides, rowBytes);
  }

  /** Copies the first bytes of each row of one side. */
  private void copyBeginnings(ByteBuffer from, ByteBuffer to, int rowBytes) {
    for (int row = 0; row < rows(); row++) {
      to.put(row * rowBytes, from, row * shape.rowBytes(), rowBytes);
    }
  }

  private int rows() {
    return shape.rows();
  }

  /** Gives back memory that {@link #read} did not return. */
  @Override
  public void close() {
    if (!read) {
      region.ifPresent(KvMemory.Region::run);
    }
  }
}
