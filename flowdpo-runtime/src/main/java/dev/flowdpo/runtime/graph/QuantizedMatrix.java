package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.runtime.checkpoint.BlockLayout;
import java.util.List;

/**
 * A frozen matrix in few bits ({@link BlockLayout}), over which the graph computes in one of two
 * ways.
 *
 * <p>Whatever format the codes come from, the operators follow from the layout alone.
 *
 * <p>Decoding and prefill round the rows of x to 8 bits too, block by block, which makes products
 * of integers of it ({@code MatMulNBits} with accuracy level 4).
 *
 * <p>Offsets of blocks are a product of their own: {@code x Wᵀ} is that of the codes, and the sums
 * of the blocks of x times the offsets. Matrices that read the same x share its sums, as ONNX
 * Runtime computes equal nodes once.
 *
 * <p>Training computes with the exact values that the codes stand for, forward and backward, as
 * QLoRA does (arXiv 2305.14314). {@code y = x Wᵀ} and {@code ∂x = g W} each make W from the codes
 * and drop it after the product, so that one matrix at a time exists in full. Each block is a row
 * of its own there, with one factor and one zero a row: over rows that ONNX Runtime knows to be so,
 * {@code DequantizeLinear} is five times as fast as over blocks within rows.
 *
 * <p>Matrices that read the same x and lie one below the other are one matrix here, and one
 * product.
 *
 * @param weights the graph that holds the weights
 * @param tensors the matrix, or several of the same layout and width
 * @param exact whether to compute with 32-bit rows
 */
record QuantizedMatrix(
    Graph weights,
    BlockLayout layout,
    ImmutableList<String> tensors,
    long outputs,
    long inputs,
    boolean exact)
    implements FrozenMatrix {
  private static final long INTEGER_PRODUCTS = 4;

  @Override
  public Value linear(Operations o, Value x) {
    if (!exact) {
      return withOffsets(o, x, integerProduct(o, x));
    }
    Value y = withOffsets(o, x, o.linear(x, whole(o, x)));
    o.graph().derivative(y, step -> step.give(x, back(o, step.gradient())));
    return y;
  }

  /** Adds what the offsets make of x. */
  private Value withOffsets(Operations o, Value x, Value product) {
    if (!layout.offsets()) {
      return product;
    }
    Value sums = o.sumOfLast(byBlock(o, x, layout.blockSize()));
    long blocks = layout.blocks(inputs);
    return o.linear(o.reshape(sums, x.shape().withLast(blocks), -1, blocks), offsets(), product);
  }

  /** Rows {@code [n, blocks · size]} as {@code [n, blocks, size]}. */
  private Value byBlock(Operations o, Value rows, long size) {
    long blocks = layout.blocks(inputs);
    Shape.Dimension n = rows.shape().dimension(0);
    Shape shape =
        new Shape(List.of(n, new Shape.Dimension(blocks, ""), new Shape.Dimension(size, "")));
    return o.reshape(rows, shape, -1, blocks, size);
  }

  /**
   * Adds to each element of rows {@code [n, inputs]} what {@code [n, blocks]} has for its block.
   */
  private Value spread(Operations o, Value rows, Value ofBlocks) {
    Value sum = o.add(byBlock(o, rows, layout.blockSize()), byBlock(o, ofBlocks, 1));
    return o.reshape(sum, rows.shape(), -1, inputs);
  }

  @Override
  public Value rows(Operations o, Value indices) {
    Value rows = rowsOfCodes(o, indices);
    return layout.offsets() ? spread(o, rows, o.rows(offsets(), indices)) : rows;
  }

  private Value rowsOfCodes(Operations o, Value indices) {
    return o.graph()
        .node(
            "GatherBlockQuantized",
            Graph.MICROSOFT,
            withZeros(codes(), indices, factors()),
            ImmutableMap.of(
                "gather_axis",
                0L,
                "quantize_axis",
                1L,
                "block_size",
                (long) layout.blockSize(),
                "bits",
                (long) layout.bits()),
            ElementType.FLOAT,
            new Shape(List.of(indices.shape().dimension(0), new Shape.Dimension(inputs, ""))));
  }

  private Value integerProduct(Operations o, Value x) {
    return o.graph()
        .node(
            "MatMulNBits",
            Graph.MICROSOFT,
            withZeros(x, codesByBlock(), factors()),
            ImmutableMap.of(
                "K", inputs,
                "N", outputs,
                "bits", (long) layout.bits(),
                "block_size", (long) layout.blockSize(),
                "accuracy_level", INTEGER_PRODUCTS),
            ElementType.FLOAT,
            x.shape().withLast(outputs));
  }

  /** {@code ∂x = g W}. */
  private Value back(Operations o, Value g) {
    Value product = o.gemm(List.of(g, whole(o, g)), false, false);
    return layout.offsets()
        ? spread(o, product, o.gemm(List.of(g, offsets()), false, false))
        : product;
  }

  /**
   * W but for its offsets, in 32 bits. It is made to depend on a value that the graph has just
   * computed: otherwise ONNX Runtime could make it long before it is needed, or once for all when
   * the session is created.
   */
  private Value whole(Operations o, Value after) {
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
    return o.reshape(blocks, Shape.of(outputs, inputs), outputs, inputs);
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

  /** One zero a byte {@code [outputs · blocks]}. */
  private Value zeroOfEachBlock(Operations o, Value after) {
    if (!layout.zeroPoints()) {
      return o.expand(o.bytes(o.constantAfter(after, layout.middle())), factorsAsList());
    }
    long blocks = layout.blocks(inputs);
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
    return o.reshape(row, Shape.of(outputs * blocks), outputs * blocks);
  }

  private List<Value> withZeros(Value... inputs) {
    ImmutableList.Builder<Value> all = ImmutableList.<Value>builder().add(inputs);
    if (layout.zeroPoints()) {
      all.add(zeros());
    }
    return all.build();
  }

  /** The codes {@code [outputs, blocks, bytes]}. */
  private Value codesByBlock() {
    return codes(
        FrozenData.CodesShape.BY_BLOCK,
        Shape.of(outputs, layout.blocks(inputs), layout.blockBytes()));
  }

  /** The same memory by row {@code [outputs, bytes]}. */
  private Value codes() {
    return codes(FrozenData.CodesShape.BY_ROW, Shape.of(outputs, layout.rowBytes(inputs)));
  }

  /** The same memory with a row for each block {@code [outputs · blocks, bytes]}. */
  private Value codesAsRows() {
    return codes(
        FrozenData.CodesShape.BLOCKS_AS_ROWS,
        Shape.of(outputs * layout.blocks(inputs), layout.blockBytes()));
  }

  private Value codes(FrozenData.CodesShape lie, Shape shape) {
    return weights.weight(new FrozenData.Codes(tensors, lie), ElementType.UINT8, shape);
  }

  /** The factors {@code [outputs, blocks]}. */
  private Value factors() {
    return weights.weight(
        new FrozenData.Factors(tensors, false),
        ElementType.FLOAT,
        Shape.of(outputs, layout.blocks(inputs)));
  }

  /** The same memory as a list {@code [outputs · blocks]}. */
  private Value factorsAsList() {
    return weights.weight(
        new FrozenData.Factors(tensors, true),
        ElementType.FLOAT,
        Shape.of(outputs * layout.blocks(inputs)));
  }

  /** The offsets {@code [outputs, blocks]}. */
  private Value offsets() {
    return weights.weight(
        new FrozenData.Offsets(tensors),
        ElementType.FLOAT,
        Shape.of(outputs, layout.blocks(inputs)));
  }

  /** The zeros as they lie {@code [outputs, bytes]}. */
  private Value zeros() {
    return weights.weight(
        new FrozenData.Zeros(tensors),
        ElementType.UINT8,
        Shape.of(outputs, layout.zeroBytes(inputs)));
  }
}
