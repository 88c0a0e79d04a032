package dev.flowdpo.runtime.graph;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Adds operations to a graph, one method per ONNX operator, and works out the shape of each result.
 * All methods return the new value. Operators that exist only in ONNX Runtime are marked with their
 * operator set's name. Not thread-safe.
 *
 * <p>ONNX Runtime's CUDA provider knows an operator only in the very version of the operator set
 * that it was last registered for. Of those that decoding and training use, it lacks, in operator
 * set 20, {@code Pad}, {@code Equal}, {@code ConstantOfShape} and {@code ReduceMin}: here they are
 * made of others.
 */
public final class Operations {
  private final Graph graph;

  /** Adds to this graph. */
  public Operations(Graph graph) {
    this.graph = graph;
  }

  /** Returns the graph to which the operations are added. */
  public Graph graph() {
    return graph;
  }

  // Elementwise, with broadcasting.

  /** {@code left + right}. */
  public Value add(Value left, Value right) {
    return elementwise("Add", left, right);
  }

  /** {@code left − right}. */
  public Value subtract(Value left, Value right) {
    return elementwise("Sub", left, right);
  }

  /** {@code left · right}. */
  public Value multiply(Value left, Value right) {
    return elementwise("Mul", left, right);
  }

  /** {@code left / right}. */
  public Value divide(Value left, Value right) {
    return elementwise("Div", left, right);
  }

  private Value elementwise(String operator, Value left, Value right) {
    Preconditions.checkArgument(
        left.type() == right.type(),
        "%s takes two values of one type, found %s and %s",
        operator,
        left.type(),
        right.type());
    return node(
        operator,
        List.of(left, right),
        Map.of(),
        left.type(),
        Shape.broadcast(left.shape(), right.shape()));
  }

  /** {@code x + number}, in the type of x. */
  public Value add(Value x, float number) {
    return add(x, graph.real(number, x.type()));
  }

  /** {@code x · number}, in the type of x. */
  public Value multiply(Value x, float number) {
    return multiply(x, graph.real(number, x.type()));
  }

  /** {@code 1 − x}, in the type of x. */
  Value complement(Value x) {
    return subtract(graph.real(1, x.type()), x);
  }

  /** {@code −x}. */
  public Value negate(Value x) {
    return unary("Neg", x);
  }

  /** {@code √x}. */
  public Value squareRoot(Value x) {
    return unary("Sqrt", x);
  }

  /** {@code 1 / x}. */
  public Value reciprocal(Value x) {
    return unary("Reciprocal", x);
  }

  /** {@code eˣ}. */
  public Value exponential(Value x) {
    return unary("Exp", x);
  }

  /** {@code 1 / (1 + e⁻ˣ)}. */
  public Value sigmoid(Value x) {
    return unary("Sigmoid", x);
  }

  /** {@code tanh x}. */
  public Value hyperbolicTangent(Value x) {
    return unary("Tanh", x);
  }

  /** The error function. */
  Value errorFunction(Value x) {
    return unary("Erf", x);
  }

  /** {@code cap · tanh(x / cap)}. */
  Value softCap(Value x, float cap) {
    return multiply(hyperbolicTangent(multiply(x, 1 / cap)), cap);
  }

  private Value unary(String operator, Value x) {
    return node(operator, List.of(x), Map.of(), x.type(), x.shape());
  }

  /** {@code x · sigmoid(x)}, the SiLU activation (com.microsoft). */
  public Value silu(Value x) {
    return microsoft("QuickGelu", List.of(x), Map.of("alpha", 1f), x.shape());
  }

  /**
   * The GELU activation: {@code x · Φ(x)}, or its approximation {@code x · ½(1 + tanh(√(2/π) (x +
   * 0.044715 x³)))}.
   */
  public Value gelu(Value x, boolean approximate) {
    String form = approximate ? "tanh" : "none";
    return node("Gelu", List.of(x), Map.of("approximate", form), x.type(), x.shape());
  }

  // Matrix products.

  /**
   * {@code alpha · op(left) op(right)} over the last two dimensions (com.microsoft unless plain).
   */
  public Value matrixProduct(
      Value left, boolean transposeLeft, Value right, boolean transposeRight, float alpha) {
    Shape rows = left.shape();
    Shape columns = right.shape();
    Shape shape =
        rows.with(-2, rows.dimension(transposeLeft ? -1 : -2))
            .with(-1, columns.dimension(transposeRight ? -2 : -1));
    if (!transposeLeft && !transposeRight && alpha == 1) {
      return node("MatMul", List.of(left, right), Map.of(), left.type(), shape);
    }
    Map<String, Object> attributes =
        Map.of(
            "transA", transposeLeft ? 1L : 0L, "transB", transposeRight ? 1L : 0L, "alpha", alpha);
    return microsoft("FusedMatMul", List.of(left, right), attributes, shape);
  }

  /**
   * {@code x wᵀ} for rows {@code x [n, in]} and a weight {@code w [out, in]} as checkpoints store
   * it.
   */
  public Value linear(Value x, Value weight) {
    return gemm(List.of(x, weight), false, true);
  }

  /** {@code x wᵀ + c} for {@code c [n, out]}. */
  public Value linear(Value x, Value weight, Value addend) {
    return gemm(List.of(x, weight, addend), false, true);
  }

  /** {@code op(a) op(b)}, plus the third input where there is one; two-dimensional. */
  Value gemm(List<Value> inputs, boolean transposeA, boolean transposeB) {
    Shape a = inputs.get(0).shape();
    Shape b = inputs.get(1).shape();
    Preconditions.checkArgument(
        a.rank() == 2 && b.rank() == 2, "Gemm takes matrices, found %s and %s", a, b);
    Shape shape =
        new Shape(List.of(a.dimension(transposeA ? 1 : 0), b.dimension(transposeB ? 0 : 1)));
    return node(
        "Gemm",
        inputs,
        Map.of("transA", transposeA ? 1L : 0L, "transB", transposeB ? 1L : 0L),
        inputs.get(0).type(),
        shape);
  }

  // Along an axis.

  /** Softmax over the last axis. */
  public Value softmax(Value x) {
    return node("Softmax", List.of(x), Map.of("axis", -1L), x.type(), x.shape());
  }

  /** Logarithm of the softmax over the last axis. */
  public Value logSoftmax(Value x) {
    return node("LogSoftmax", List.of(x), Map.of("axis", -1L), x.type(), x.shape());
  }

  /** Mean over the last axis, which stays with size 1. */
  public Value meanOfLast(Value x) {
    return node(
        "ReduceMean",
        List.of(x, graph.integers(-1)),
        Map.of("keepdims", 1L),
        x.type(),
        x.shape().withLast(1));
  }

  /** Sum over the last axis, which stays with size 1. */
  public Value sumOfLast(Value x) {
    return sum(x, -1);
  }

  /** Sum over some axes, which stay with size 1. */
  Value sum(Value x, long... axes) {
    Shape shape = x.shape();
    for (long axis : axes) {
      shape = shape.with((int) axis, new Shape.Dimension(1, ""));
    }
    return node(
        "ReduceSum", List.of(x, graph.integers(axes)), Map.of("keepdims", 1L), x.type(), shape);
  }

  /** Index of the largest element of the last axis, which goes. */
  Value argumentOfMaximum(Value x) {
    return node(
        "ArgMax",
        List.of(x),
        Map.of("axis", -1L, "keepdims", 0L),
        ElementType.INT64,
        new Shape(x.shape().dimensions().subList(0, x.shape().rank() - 1)));
  }

  /** Running sum over the last axis; exclusive starts at 0. */
  Value cumulativeSum(Value x, boolean exclusive) {
    return node(
        "CumSum",
        List.of(x, graph.integer(-1)),
        Map.of("exclusive", exclusive ? 1L : 0L),
        x.type(),
        x.shape());
  }

  /**
   * The {@code k} largest elements of the last axis in falling order: values, then their indices.
   *
   * @param name the name of the size {@code k}
   */
  List<Value> largest(Value x, Value k, String name) {
    Shape shape = x.shape().with(-1, new Shape.Dimension(-1, name));
    return graph
        .node(
            "TopK",
            "",
            List.of(x, k),
            Map.of("axis", -1L, "largest", 1L, "sorted", 1L),
            List.of(x.type(), ElementType.INT64),
            List.of(shape, shape))
        .outputs();
  }

  // Transformer blocks.

  /**
   * {@code x / √(mean(x²) + epsilon) · weight} over the last axis.
   *
   * @return the result, then {@code 1 / √(mean(x²) + epsilon)} in 32 bits, which the derivative
   *     uses
   */
  public List<Value> rootMeanSquareNorm(Value x, Value weight, float epsilon) {
    return graph
        .node(
            "SimplifiedLayerNormalization",
            "",
            List.of(x, weight),
            Map.of("axis", -1L, "epsilon", epsilon, "stash_type", 1L),
            List.of(x.type(), ElementType.FLOAT),
            List.of(x.shape(), x.shape().withLast(1)))
        .outputs();
  }

  /**
   * Rotary position embedding in the half-split layout (com.microsoft): {@code x [batch, tokens,
   * heads·size]}, {@code positions [batch, tokens]}, {@code cosine} and {@code sine [positions,
   * size/2]}.
   */
  public Value rotary(Value x, Value positions, Value cosine, Value sine) {
    return microsoft("RotaryEmbedding", List.of(x, positions, cosine, sine), Map.of(), x.shape());
  }

  /** As {@link #rotary}, but only the first {@code rotated} elements of each head turn. */
  public Value partialRotary(
      Value x, Value positions, Value cosine, Value sine, int heads, int rotated) {
    Map<String, Object> attributes =
        Map.of("num_heads", (long) heads, "rotary_embedding_dim", (long) rotated);
    return microsoft("RotaryEmbedding", List.of(x, positions, cosine, sine), attributes, x.shape());
  }

  // Layout.

  /** Permutes the dimensions. */
  public Value transpose(Value x, int... permutation) {
    ImmutableList.Builder<Shape.Dimension> dimensions = ImmutableList.builder();
    long[] order = new long[permutation.length];
    for (int i = 0; i < permutation.length; i++) {
      order[i] = permutation[i];
      dimensions.add(x.shape().dimension(permutation[i]));
    }
    return node(
        "Transpose", List.of(x), Map.of("perm", order), x.type(), new Shape(dimensions.build()));
  }

  /**
   * Reshapes to sizes known when the graph is built; -1 takes the rest, 0 keeps the size at its
   * place.
   */
  public Value reshape(Value x, Shape result, long... sizes) {
    return reshape(x, result, graph.integers(sizes));
  }

  /** Reshapes to sizes computed by the graph. */
  public Value reshape(Value x, Shape result, Value sizes) {
    return node("Reshape", List.of(x, sizes), Map.of(), x.type(), result);
  }

  /** Inserts an axis of size 1. */
  Value unsqueeze(Value x, int axis) {
    ImmutableList.Builder<Shape.Dimension> dimensions = ImmutableList.builder();
    dimensions.addAll(x.shape().dimensions().subList(0, axis));
    dimensions.add(new Shape.Dimension(1, ""));
    dimensions.addAll(x.shape().dimensions().subList(axis, x.shape().rank()));
    return node(
        "Unsqueeze",
        List.of(x, graph.integers(axis)),
        Map.of(),
        x.type(),
        new Shape(dimensions.build()));
  }

  /** Joins along an axis, whose size in the result is given. */
  public Value concatenate(int axis, Shape.Dimension joined, Value... parts) {
    Value first = parts[0];
    return node(
        "Concat",
        List.of(parts),
        Map.of("axis", (long) axis),
        first.type(),
        first.shape().with(axis, joined));
  }

  /** Splits along an axis into parts of the sizes in {@code sizes}. */
  public List<Value> split(Value x, int axis, Value sizes, Shape.Dimension... parts) {
    ImmutableList.Builder<Shape> shapes = ImmutableList.builder();
    ImmutableList.Builder<ElementType> types = ImmutableList.builder();
    for (Shape.Dimension part : parts) {
      shapes.add(x.shape().with(axis, part));
      types.add(x.type());
    }
    return graph
        .node(
            "Split",
            "",
            List.of(x, sizes),
            Map.of("axis", (long) axis),
            types.build(),
            shapes.build())
        .outputs();
  }

  /** Adds zeros at the end of an axis, as many as {@code count [1]} says. */
  Value padEnd(Value x, int axis, Shape.Dimension padded, Value count) {
    List<Value> sizes = new ArrayList<>();
    if (axis > 0) {
      sizes.add(sizes(x, 0, axis));
    }
    sizes.add(count);
    if (axis + 1 < x.shape().rank()) {
      sizes.add(sizes(x, axis + 1, x.shape().rank()));
    }
    Shape shape = x.shape().with(axis, new Shape.Dimension(-1, "padding of " + padded.name()));
    return concatenate(
        axis, padded, x, zeros(sizeList(sizes.toArray(Value[]::new)), shape, x.type()));
  }

  // Indexing and shapes.

  /**
   * Takes rows: {@code table [n, width]} and indices of any shape give that shape with {@code
   * width} after it.
   */
  public Value rows(Value table, Value indices) {
    ImmutableList.Builder<Shape.Dimension> dimensions = ImmutableList.builder();
    dimensions.addAll(indices.shape().dimensions());
    dimensions.addAll(table.shape().dimensions().subList(1, table.shape().rank()));
    return node(
        "Gather",
        List.of(table, indices),
        Map.of("axis", 0L),
        table.type(),
        new Shape(dimensions.build()));
  }

  /** Takes from every row the elements that {@code indices [n, k]} names in it. */
  public Value elements(Value matrix, Value indices) {
    return node(
        "GatherElements",
        List.of(matrix, indices),
        Map.of("axis", 1L),
        matrix.type(),
        indices.shape());
  }

  /** Adds to the elements that {@code indices [n, k]} names in each row {@code added [n, k]}. */
  Value addAt(Value matrix, Value indices, Value added) {
    return node(
        "ScatterElements",
        List.of(matrix, indices, added),
        Map.of("axis", 1L, "reduction", "add"),
        matrix.type(),
        matrix.shape());
  }

  /** Takes the columns {@code indices [k]} of a matrix. */
  Value columns(Value matrix, Value indices) {
    return node(
        "Gather",
        List.of(matrix, indices),
        Map.of("axis", 1L),
        matrix.type(),
        matrix.shape().with(1, indices.shape().dimension(0)));
  }

  /** The sizes of a value from one axis up to (not including) another, as a list of integers. */
  public Value sizes(Value x, int from, int to) {
    return node(
        "Shape",
        List.of(x),
        Map.of("start", (long) from, "end", (long) to),
        ElementType.INT64,
        Shape.of(to - from));
  }

  /** The numbers from 0 (inclusive) to the one number in {@code end [1]} (exclusive). */
  Value range(Value end, Shape.Dimension size) {
    Value limit = node("Squeeze", List.of(end), Map.of(), ElementType.INT64, Shape.of());
    return node(
        "Range",
        List.of(graph.integer(0), limit, graph.integer(1)),
        Map.of(),
        ElementType.INT64,
        new Shape(List.of(size)));
  }

  /** All sizes of a value. */
  Value sizes(Value x) {
    return sizes(x, 0, x.shape().rank());
  }

  /** Joins lists of integers into the sizes of a shape. */
  public Value sizeList(Value... parts) {
    long total = 0;
    for (Value part : parts) {
      total += part.shape().dimension(0).size();
    }
    return concatenate(0, new Shape.Dimension(total, ""), parts);
  }

  /** Zeros of a type, of a shape that the graph computes. */
  public Value zeros(Value sizes, Shape shape, ElementType type) {
    return expand(graph.real(0, type), sizes, shape);
  }

  /** Repeats along axes of size 1 until the shape is that of {@code like}. */
  Value expand(Value x, Value like) {
    return expand(x, sizes(like), like.shape());
  }

  /** Repeats along axes of size 1, and along new first axes, to sizes that the graph computes. */
  Value expand(Value x, Value sizes, Shape shape) {
    return node("Expand", List.of(x, sizes), Map.of(), x.type(), shape);
  }

  /** {@code left > right}. */
  public Value greater(Value left, Value right) {
    return comparison("Greater", left, right);
  }

  /** {@code left < right}. */
  Value less(Value left, Value right) {
    return comparison("Less", left, right);
  }

  /** {@code left = right}. */
  Value equal(Value left, Value right) {
    return not(or(less(left, right), greater(left, right)));
  }

  private Value comparison(String operator, Value left, Value right) {
    return node(
        operator,
        List.of(left, right),
        Map.of(),
        ElementType.BOOL,
        Shape.broadcast(left.shape(), right.shape()));
  }

  /** Converts the element type, where it is another. */
  public Value cast(Value x, ElementType type) {
    if (x.type() == type) {
      return x;
    }
    return node("Cast", List.of(x), Map.of("to", (long) type.code()), type, x.shape());
  }

  /** The smaller of two, elementwise. */
  Value minimum(Value left, Value right) {
    return elementwise("Min", left, right);
  }

  /** The larger of two, elementwise. */
  Value maximum(Value left, Value right) {
    return elementwise("Max", left, right);
  }

  /** {@code x & mask} over bytes. */
  Value bitwiseAnd(Value x, Value mask) {
    return elementwise("BitwiseAnd", x, mask);
  }

  /** {@code x >> bits} over bytes. */
  Value shiftRight(Value x, Value bits) {
    return node("BitShift", List.of(x, bits), Map.of("direction", "RIGHT"), x.type(), x.shape());
  }

  /** Integers as bytes. */
  Value bytes(Value x) {
    return cast(x, ElementType.UINT8);
  }

  /** A constant {@code [1]} that is known only when another value, of more than no rows, is. */
  Value constantAfter(Value other, long constant) {
    return add(minimum(sizes(other, 0, 1), graph.integer(0)), graph.integer(constant));
  }

  /** {@code left ∨ right}. */
  Value or(Value left, Value right) {
    return comparison("Or", left, right);
  }

  /** {@code ¬x}. */
  Value not(Value x) {
    return node("Not", List.of(x), Map.of(), ElementType.BOOL, x.shape());
  }

  /** Whether every element of {@code x [n]} is true, rank 0. */
  Value all(Value x) {
    Value others = cast(not(x), ElementType.FLOAT);
    Value count =
        node("ReduceSum", List.of(others), Map.of("keepdims", 0L), ElementType.FLOAT, Shape.of());
    return not(greater(count, graph.real(0)));
  }

  /** {@code x}, as a value of its own. */
  Value identity(Value x) {
    return node("Identity", List.of(x), Map.of(), x.type(), x.shape());
  }

  /** {@code x [rows, 1]} as {@code [rows]}. */
  Value flat(Value x) {
    return reshape(x, new Shape(List.of(x.shape().dimension(0))), -1);
  }

  private Value microsoft(
      String operator, List<Value> inputs, Map<String, Object> attributes, Shape shape) {
    return graph.node(operator, Graph.MICROSOFT, inputs, attributes, inputs.get(0).type(), shape);
  }

  Value node(
      String operator,
      List<Value> inputs,
      Map<String, Object> attributes,
      ElementType type,
      Shape shape) {
    return graph.node(operator, "", inputs, ImmutableMap.copyOf(attributes), type, shape);
  }
}
