package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.runtime.checkpoint.BlockFormat;
import java.util.List;

/**
 * A frozen matrix in few bits ({@link BlockFormat}), over which the graph computes in one of two
 * ways.
 *
 * <p>Decoding and prefill round the rows of x to 8 bits too, block by block, which makes products
 * of integers of it ({@code MatMulNBits} with accuracy level 4).
 *
 * <p>Training computes exactly with the values that the codes stand for, forward and backward, as
 * QLoRA does (arXiv 2305.14314). The backward pass needs {@code ∂x = g·W}; it makes W from the
 * codes again and drops it after the product, so that one matrix at a time exists in full. For 4
 * bits the even and the odd columns of W, which are the low and the high halves of the bytes, make
 * a product each, and {@code ∂x} is put together from these.
 *
 * @param weights the graph that holds the weights
 * @param exact whether to compute with 32-bit rows
 */
record QuantizedMatrix(
    Graph weights, BlockFormat format, String tensor, long outputs, long inputs, boolean exact)
    implements FrozenMatrix {
  private static final long INTEGER_PRODUCTS = 4;
  private static final long FLOAT_PRODUCTS = 1;

  @Override
  public Value linear(Operations o, Value x) {
    if (!exact) {
      return product(o, x, INTEGER_PRODUCTS);
    }
    if (format.bits() == 4) {
      Value y = product(o, x, FLOAT_PRODUCTS);
      o.graph().derivative(y, step -> step.give(0, backThroughHalves(o, step.gradient())));
      return y;
    }
    Value y = o.linear(x, dequantized(o, codes(), BlockFormat.BLOCK, x));
    o.graph().derivative(y, step -> step.give(0, backThroughBytes(o, step.gradient())));
    return y;
  }

  @Override
  public Value rows(Operations o, Value indices) {
    return o.graph()
        .node(
            "GatherBlockQuantized",
            Graph.MICROSOFT,
            List.of(codes(), indices, factors()),
            ImmutableMap.of(
                "gather_axis",
                0L,
                "quantize_axis",
                1L,
                "block_size",
                (long) BlockFormat.BLOCK,
                "bits",
                (long) format.bits()),
            ElementType.FLOAT,
            new Shape(List.of(indices.shape().dimension(0), new Shape.Dimension(inputs, ""))));
  }

  /** The codes by block {@code [outputs, blocks, bytes]}. */
  private Value blocks() {
    return weights.weight(
        new FrozenData.Codes(tensor, true),
        ElementType.UINT8,
        Shape.of(outputs, format.blocks(inputs), format.blockBytes()));
  }

  /** The same memory by row {@code [outputs, bytes]}. */
  private Value codes() {
    return weights.weight(
        new FrozenData.Codes(tensor, false),
        ElementType.UINT8,
        Shape.of(outputs, format.rowBytes(inputs)));
  }

  /** The factors {@code [outputs, blocks]}. */
  private Value factors() {
    return weights.weight(
        new FrozenData.Factors(tensor),
        ElementType.FLOAT,
        Shape.of(outputs, format.blocks(inputs)));
  }

  private Value product(Operations o, Value x, long accuracy) {
    return o.graph()
        .node(
            "MatMulNBits",
            Graph.MICROSOFT,
            List.of(x, blocks(), factors()),
            ImmutableMap.of(
                "K", inputs,
                "N", outputs,
                "bits", (long) format.bits(),
                "block_size", (long) BlockFormat.BLOCK,
                "accuracy_level", accuracy),
            ElementType.FLOAT,
            x.shape().withLast(outputs));
  }

  private Value backThroughBytes(Operations o, Value g) {
    return o.gemm(List.of(g, dequantized(o, codes(), BlockFormat.BLOCK, g)), false, false);
  }

  private Value backThroughHalves(Operations o, Value g) {
    Value low = o.bitwiseAnd(codes(), o.bytes(o.constantAfter(g, 0x0f)));
    Value high = o.shiftRight(codes(), o.bytes(o.constantAfter(g, 4)));
    Shape columns = g.shape().withLast(inputs / 2);
    Shape pairs = Shape.of("rows", inputs / 2, 1);
    Value[] halves = new Value[2];
    for (int half = 0; half < 2; half++) {
      Value w = dequantized(o, half == 0 ? low : high, BlockFormat.BLOCK / 2, g);
      Value part = o.gemm(List.of(g, w), false, false);
      halves[half] = o.reshape(part, pairs, -1, inputs / 2, 1);
    }
    Value joined = o.concatenate(2, new Shape.Dimension(2, ""), halves);
    return o.reshape(joined, columns.withLast(inputs), -1, inputs);
  }

  /**
   * The matrix in 32-bit floating point, one code a byte. It is made to depend on a value that the
   * graph has just computed: otherwise ONNX Runtime could make it long before it is needed, or once
   * for all when the session is created.
   */
  private Value dequantized(Operations o, Value bytes, int block, Value after) {
    Value zero = o.expand(o.bytes(o.constantAfter(after, format.zero())), factors());
    return o.node(
        "DequantizeLinear",
        List.of(bytes, factors(), zero),
        ImmutableMap.of("axis", 1L, "block_size", (long) block),
        ElementType.FLOAT,
        bytes.shape().withLast(format.blocks(inputs) * block));
  }
}
