package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.runtime.checkpoint.BlockLayout;
import java.util.ArrayList;
import java.util.Arrays;
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
 * and drop it after the product. A large W is made in parts of whole rows, which a processor's
 * cache holds until the product has read them, and one part at a time exists in full.
 *
 * <p>Matrices that read the same x and lie one below the other are one matrix here, and one
 * product.
 *
 * @param weights all rows of the matrix, or of several of the same layout and width
 * @param exact whether to compute with 32-bit rows
 * @param partElements the most elements that are made from codes at a time
 */
record QuantizedMatrix(BlockWeights weights, boolean exact, long partElements)
    implements FrozenMatrix {
  private static final long INTEGER_PRODUCTS = 4;

  /** The most bytes of a part. */
  private static final long PART_BYTES = 1 << 24;

  /**
   * Declares matrices in a graph.
   *
   * @param tensors the matrix, or several of the same layout and width
   * @param largestPart the most bytes of one tensor
   */
  QuantizedMatrix(
      Graph graph,
      BlockLayout layout,
      ImmutableList<String> tensors,
      long outputs,
      long inputs,
      boolean exact,
      long largestPart) {
    this(
        new BlockWeights(graph, layout, new FrozenData.BlockRows(tensors, 0, outputs), inputs),
        exact,
        Math.min(PART_BYTES, largestPart) / Float.BYTES);
  }

  @Override
  public Value linear(Operations o, Value x) {
    if (!exact) {
      return withOffsets(o, x, integerProduct(o, x));
    }
    Value y = withOffsets(o, x, product(o, x));
    o.graph().derivative(y, step -> step.give(x, back(o, step.gradient())));
    return y;
  }

  /** {@code x Wᵀ} but for the offsets. */
  private Value product(Operations o, Value x) {
    List<Value> products = new ArrayList<>();
    Value before = x;
    for (BlockWeights part : weights.parts(partElements)) {
      // The next part is made when the one before has been used.
      before = o.linear(x, part.numbers(o, before));
      products.add(before);
    }
    return products.size() == 1
        ? products.get(0)
        : o.concatenate(
            1, new Shape.Dimension(weights.count(), ""), products.toArray(Value[]::new));
  }

  /** {@code g W} but for the offsets. */
  private Value productBack(Operations o, Value g) {
    List<BlockWeights> parts = weights.parts(partElements);
    if (parts.size() == 1) {
      return o.gemm(List.of(g, weights.numbers(o, g)), false, false);
    }
    long[] sizes = parts.stream().mapToLong(BlockWeights::count).toArray();
    Shape.Dimension[] dimensions =
        Arrays.stream(sizes)
            .mapToObj(size -> new Shape.Dimension(size, ""))
            .toArray(Shape.Dimension[]::new);
    List<Value> columns = o.split(g, 1, o.graph().integers(sizes), dimensions);
    Value sum = o.gemm(List.of(columns.get(0), parts.get(0).numbers(o, g)), false, false);
    for (int i = 1; i < parts.size(); i++) {
      Value made = parts.get(i).numbers(o, sum);
      sum = o.gemm(List.of(columns.get(i), made, sum), false, false);
    }
    return sum;
  }

  /** {@code ∂x = g W}. */
  private Value back(Operations o, Value g) {
    Value product = productBack(o, g);
    return layout().offsets()
        ? spread(o, product, o.gemm(List.of(g, weights.offsets()), false, false))
        : product;
  }

  /** Adds what the offsets make of x. */
  private Value withOffsets(Operations o, Value x, Value product) {
    if (!layout().offsets()) {
      return product;
    }
    Value sums = o.sumOfLast(byBlock(o, x, layout().blockSize()));
    long blocks = weights.blocks();
    return o.linear(
        o.reshape(sums, x.shape().withLast(blocks), -1, blocks), weights.offsets(), product);
  }

  /** Rows {@code [n, blocks · size]} as {@code [n, blocks, size]}. */
  private Value byBlock(Operations o, Value rows, long size) {
    long blocks = weights.blocks();
    Shape.Dimension n = rows.shape().dimension(0);
    Shape shape =
        new Shape(List.of(n, new Shape.Dimension(blocks, ""), new Shape.Dimension(size, "")));
    return o.reshape(rows, shape, -1, blocks, size);
  }

  /**
   * Adds to each element of rows {@code [n, inputs]} what {@code [n, blocks]} has for its block.
   */
  private Value spread(Operations o, Value rows, Value ofBlocks) {
    Value sum = o.add(byBlock(o, rows, layout().blockSize()), byBlock(o, ofBlocks, 1));
    return o.reshape(sum, rows.shape(), -1, weights.inputs());
  }

  @Override
  public Value rows(Operations o, Value indices) {
    Value rows = rowsOfCodes(o, indices);
    return layout().offsets() ? spread(o, rows, o.rows(weights.offsets(), indices)) : rows;
  }

  private Value rowsOfCodes(Operations o, Value indices) {
    return o.graph()
        .node(
            "GatherBlockQuantized",
            Graph.MICROSOFT,
            weights.withZeros(weights.codes(), indices, weights.factors()),
            ImmutableMap.of(
                "gather_axis",
                0L,
                "quantize_axis",
                1L,
                "block_size",
                (long) layout().blockSize(),
                "bits",
                (long) layout().bits()),
            ElementType.FLOAT,
            new Shape(
                List.of(indices.shape().dimension(0), new Shape.Dimension(weights.inputs(), ""))));
  }

  private Value integerProduct(Operations o, Value x) {
    return o.graph()
        .node(
            "MatMulNBits",
            Graph.MICROSOFT,
            weights.withZeros(x, weights.codesByBlock(), weights.factors()),
            ImmutableMap.of(
                "K",
                weights.inputs(),
                "N",
                weights.count(),
                "bits",
                (long) layout().bits(),
                "block_size",
                (long) layout().blockSize(),
                "accuracy_level",
                INTEGER_PRODUCTS),
            ElementType.FLOAT,
            x.shape().withLast(weights.count()));
  }

  private BlockLayout layout() {
    return weights.layout();
  }
}
