package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.runtime.checkpoint.BlockLayout;
import java.util.List;

/**
 * Rows of quantised matrices, one below the other, as weights of a graph, and the numbers that
 * their codes stand for.
 *
 * <p>While these are made, each block is a row of its own, with one factor and one zero: over rows
 * that ONNX Runtime knows to be so, {@code DequantizeLinear} is five times as fast as over blocks
 * within rows.
 *
 * @param graph the graph that holds the weights
 * @param rows which rows
 * @param inputs the elements of a row
 */
record BlockWeights(Graph graph, BlockLayout layout, FrozenData.BlockRows rows, long inputs) {

  /** Returns the number of rows. */
  long count() {
    return rows.count();
  }

  /** Returns the blocks of a row. */
  long blocks() {
    return layout.blocks(inputs);
  }

  /** Returns these rows in parts of at most so many elements, or of one row. */
  ImmutableList<BlockWeights> parts(long elements) {
    long most = Math.max(1, elements / inputs);
    ImmutableList.Builder<BlockWeights> parts = ImmutableList.builder();
    for (long first = 0; first < count(); first += most) {
      parts.add(
          new BlockWeights(
              graph, layout, rows.part(first, Math.min(most, count() - first)), inputs));
    }
    return parts.build();
  }

  /**
   * What the codes stand for but for offsets, {@code [rows, inputs]} in 32 bits. It is made to
   * depend on a value that the graph has just computed: otherwise ONNX Runtime could make it long
   * before it is needed, or once for all when the session is created.
   */
  Value numbers(Operations o, Value after) {
    Value bytes = codesAsRows();
    Value blocks =
        o.node(
            "DequantizeLinear",
            List.of(
                layout.bits() == 4 ? halves(o, bytes, after) : bytes,
                factorsAsList(),
                zeroOfEachBlock(o, after)),
            ImmutableMap.of("axis", 0L),
            ElementType.FLOAT,
            bytes.shape().withLast(layout.blockSize()));
    return o.reshape(blocks, Shape.of(count(), inputs), count(), inputs);
  }

  /** The halves of bytes {@code [rows, n]}, each as a byte of its own: {@code [rows, 2n]}. */
  private static Value halves(Operations o, Value bytes, Value after) {
    Value low = o.bitwiseAnd(bytes, o.bytes(o.constantAfter(after, 0x0f)));
    Value high = o.shiftRight(bytes, o.bytes(o.constantAfter(after, 4)));
    long rows = bytes.shape().dimension(0).size();
    long n = bytes.shape().dimension(1).size();
    Shape one = Shape.of(rows, n, 1);
    Value pairs =
        o.concatenate(
            2,
            new Shape.Dimension(2, ""),
            o.reshape(low, one, rows, n, 1),
            o.reshape(high, one, rows, n, 1));
    return o.reshape(pairs, Shape.of(rows, 2 * n), rows, 2 * n);
  }

  /** One zero a byte {@code [rows · blocks]}. */
  private Value zeroOfEachBlock(Operations o, Value after) {
    if (!layout.zeroPoints()) {
      return o.expand(o.bytes(o.constantAfter(after, layout.middle())), factorsAsList());
    }
    long blocks = blocks();
    Value row =
        layout.bits() == 4
            ? halves(o, zeros(), after)
            : o.bitwiseAnd(zeros(), o.bytes(o.constantAfter(after, 0xff)));
    if (row.shape().dimension(1).size() != blocks) {
      // An odd number of zeros leaves half a byte at the end of the row.
      row =
          o.split(
                  row,
                  1,
                  o.graph().integers(blocks, 1),
                  new Shape.Dimension(blocks, ""),
                  new Shape.Dimension(1, ""))
              .get(0);
    }
    return o.reshape(row, Shape.of(count() * blocks), count() * blocks);
  }

  List<Value> withZeros(Value... inputs) {
    ImmutableList.Builder<Value> all = ImmutableList.<Value>builder().add(inputs);
    if (layout.zeroPoints()) {
      all.add(zeros());
    }
    return all.build();
  }

  /** The codes {@code [rows, blocks, bytes]}. */
  Value codesByBlock() {
    return codes(FrozenData.CodesShape.BY_BLOCK, Shape.of(count(), blocks(), layout.blockBytes()));
  }

  /** The same memory by row {@code [rows, bytes]}. */
  Value codes() {
    return codes(FrozenData.CodesShape.BY_ROW, Shape.of(count(), layout.rowBytes(inputs)));
  }

  /** The same memory with a row for each block {@code [rows · blocks, bytes]}. */
  private Value codesAsRows() {
    return codes(
        FrozenData.CodesShape.BLOCKS_AS_ROWS, Shape.of(count() * blocks(), layout.blockBytes()));
  }

  private Value codes(FrozenData.CodesShape lie, Shape shape) {
    return graph.weight(new FrozenData.Codes(rows, lie), ElementType.UINT8, shape);
  }

  /** The factors {@code [rows, blocks]}. */
  Value factors() {
    return graph.weight(
        new FrozenData.Factors(rows, false), ElementType.FLOAT, Shape.of(count(), blocks()));
  }

  /** The same memory as a list {@code [rows · blocks]}. */
  private Value factorsAsList() {
    return graph.weight(
        new FrozenData.Factors(rows, true), ElementType.FLOAT, Shape.of(count() * blocks()));
  }

  /** The offsets {@code [rows, blocks]}. */
  Value offsets() {
    return graph.weight(
        new FrozenData.Offsets(rows), ElementType.FLOAT, Shape.of(count(), blocks()));
  }

  /** The zeros as they lie {@code [rows, bytes]}. */
  private Value zeros() {
    return graph.weight(
        new FrozenData.Zeros(rows), ElementType.UINT8, Shape.of(count(), layout.zeroBytes(inputs)));
  }
}
