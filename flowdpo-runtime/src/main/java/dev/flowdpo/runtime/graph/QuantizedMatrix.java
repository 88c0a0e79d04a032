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
 * and drop it after the product, so that one matrix at a time exists in full. With 4 bits the even
 * columns of W are the low halves of the bytes and the odd ones the high halves; each half of W
 * makes a product of its own with its columns of x.
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
    Value product = layout.bits() == 4 ? productOfHalves(o, x) : o.linear(x, dequantized(o, x));
    Value y = withOffsets(o, x, product);
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

  private Value productOfHalves(Operations o, Value x) {
    Value pairs = o.reshape(x, Shape.of("rows", inputs / 2, 2), -1, inputs / 2, 2);
    Shape.Dimension one = new Shape.Dimension(1, "");
    List<Value> columns = o.split(pairs, 2, o.graph().integers(1, 1), one, one);
    Shape half = x.shape().withLast(inputs / 2);
    Value even = o.reshape(columns.get(0), half, -1, inputs / 2);
    Value odd = o.reshape(columns.get(1), half, -1, inputs / 2);
    return o.linear(odd, highHalf(o, x), o.linear(even, lowHalf(o, x)));
  }

  /** {@code ∂x = g W}. */
  private Value back(Operations o, Value g) {
    Value product = backOfCodes(o, g);
    return layout.offsets()
        ? spread(o, product, o.gemm(List.of(g, offsets()), false, false))
        : product;
  }

  private Value backOfCodes(Operations o, Value g) {
    if (layout.bits() == 8) {
      return o.gemm(List.of(g, dequantized(o, g)), false, false);
    }
    Shape pairs = Shape.of("rows", inputs / 2, 1);
    Value even = o.gemm(List.of(g, lowHalf(o, g)), false, false);
    Value odd = o.gemm(List.of(g, highHalf(o, g)), false, false);
    Value joined =
        o.concatenate(
            2,
            new Shape.Dimension(2, ""),
            o.reshape(even, pairs, -1, inputs / 2, 1),
            o.reshape(odd, pairs, -1, inputs / 2, 1));
    return o.reshape(joined, g.shape().withLast(inputs), -1, inputs);
  }

  /** The even columns of W, {@code [outputs, inputs / 2]}. */
  private Value lowHalf(Operations o, Value after) {
    Value low = o.bitwiseAnd(codes(), o.bytes(o.constantAfter(after, 0x0f)));
    return dequantized(o, low, layout.blockSize() / 2, after);
  }

  /** The odd columns of W, {@code [outputs, inputs / 2]}. */
  private Value highHalf(Operations o, Value after) {
    Value high = o.shiftRight(codes(), o.bytes(o.constantAfter(after, 4)));
    return dequantized(o, high, layout.blockSize() / 2, after);
  }

  /** W, for codes of 8 bits. */
  private Value dequantized(Operations o, Value after) {
    return dequantized(o, codes(), layout.blockSize(), after);
  }

  /**
   * Codes, one a byte, as 32-bit numbers. They are made to depend on a value that the graph has
   * just computed: otherwise ONNX Runtime could make them long before they are needed, or once for
   * all when the session is created.
   */
  private Value dequantized(Operations o, Value bytes, int block, Value after) {
    return o.node(
        "DequantizeLinear",
        List.of(bytes, factors(), zeroOfEachBlock(o, after)),
        ImmutableMap.of("axis", 1L, "block_size", (long) block),
        ElementType.FLOAT,
        bytes.shape().withLast(layout.blocks(inputs) * block));
  }

  /** One zero a byte {@code [outputs, blocks]}. */
  private Value zeroOfEachBlock(Operations o, Value after) {
    if (!layout.zeroPoints()) {
      return o.expand(o.bytes(o.constantAfter(after, layout.middle())), factors());
    }
    Value all = o.bitwiseAnd(zeros(), o.bytes(o.constantAfter(after, 0xff)));
    if (layout.bits() == 8) {
      return all;
    }
    Value low = o.bitwiseAnd(all, o.bytes(o.graph().integer(0x0f)));
    Value high = o.shiftRight(all, o.bytes(o.graph().integer(4)));
    long bytes = layout.zeroBytes(inputs);
    Value pairs =
        o.concatenate(
            2,
            new Shape.Dimension(2, ""),
            o.reshape(low, Shape.of(outputs, bytes, 1), outputs, bytes, 1),
            o.reshape(high, Shape.of(outputs, bytes, 1), outputs, bytes, 1));
    Value row = o.reshape(pairs, Shape.of(outputs, 2 * bytes), outputs, 2 * bytes);
    long blocks = layout.blocks(inputs);
    if (blocks == 2 * bytes) {
      return row;
    }
    // An odd number of zeros leaves half a byte at the end of the row.
    return o.split(
            row,
            1,
            o.graph().integers(blocks, 1),
            new Shape.Dimension(blocks, ""),
            new Shape.Dimension(1, ""))
        .get(0);
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
    return weights.weight(
        new FrozenData.Codes(tensors, true),
        ElementType.UINT8,
        Shape.of(outputs, layout.blocks(inputs), layout.blockBytes()));
  }

  /** The same memory by row {@code [outputs, bytes]}. */
  private Value codes() {
    return weights.weight(
        new FrozenData.Codes(tensors, false),
        ElementType.UINT8,
        Shape.of(outputs, layout.rowBytes(inputs)));
  }

  /** The factors {@code [outputs, blocks]}. */
  private Value factors() {
    return weights.weight(
        new FrozenData.Factors(tensors),
        ElementType.FLOAT,
        Shape.of(outputs, layout.blocks(inputs)));
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
