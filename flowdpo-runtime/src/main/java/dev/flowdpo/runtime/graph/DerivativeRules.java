package dev.flowdpo.runtime.graph;

import static java.util.Map.entry;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The derivatives of the operators that the decoder uses. In the formulas, {@code g} is the
 * gradient of the output {@code y}; {@code ∂x} is that of the input {@code x}.
 */
final class DerivativeRules {
  private static final Map<String, DerivativeRule> RULES =
      ImmutableMap.ofEntries(
          entry("Add", DerivativeRules::add),
          entry("Sub", DerivativeRules::subtract),
          entry("Mul", DerivativeRules::multiply),
          entry("Cast", DerivativeRules::cast),
          entry("Neg", DerivativeRules::negate),
          entry("Sqrt", DerivativeRules::squareRoot),
          entry("Reciprocal", DerivativeRules::reciprocal),
          entry("Sigmoid", DerivativeRules::sigmoid),
          entry("Tanh", DerivativeRules::hyperbolicTangent),
          entry("QuickGelu", DerivativeRules::silu),
          entry("Gelu", DerivativeRules::gelu),
          entry("MatMul", DerivativeRules::matrixProduct),
          entry("FusedMatMul", DerivativeRules::matrixProduct),
          entry("Gemm", DerivativeRules::gemm),
          entry("Softmax", DerivativeRules::softmax),
          entry("LogSoftmax", DerivativeRules::logSoftmax),
          entry("ReduceMean", DerivativeRules::meanOfLast),
          entry("ReduceSum", DerivativeRules::sum),
          entry("SimplifiedLayerNormalization", DerivativeRules::rootMeanSquareNorm),
          entry("RotaryEmbedding", DerivativeRules::rotary),
          entry("Transpose", DerivativeRules::transpose),
          entry("Reshape", DerivativeRules::reshape),
          entry("Concat", DerivativeRules::concatenate),
          entry("Split", DerivativeRules::split),
          entry("Gather", DerivativeRules::rows),
          entry("GatherElements", DerivativeRules::elements));

  private DerivativeRules() {}

  static DerivativeRule of(String operator) {
    DerivativeRule rule = RULES.get(operator);
    if (rule == null) {
      throw new IllegalStateException(
          "No derivative rule for operator "
              + operator
              + "; there are rules for "
              + RULES.keySet());
    }
    return rule;
  }

  static ImmutableSet<String> operators() {
    return ImmutableSet.copyOf(RULES.keySet());
  }

  /** y = a + b: ∂a = g, ∂b = g, each summed over the axes that were broadcast. */
  private static void add(Differentiation.Step step) {
    giveReduced(step, 0, step.gradient());
    giveReduced(step, 1, step.gradient());
  }

  /** y = a − b: ∂a = g, ∂b = −g. */
  private static void subtract(Differentiation.Step step) {
    giveReduced(step, 0, step.gradient());
    if (step.wants(1)) {
      giveReduced(step, 1, step.operations().negate(step.gradient()));
    }
  }

  /** y = a·b: ∂a = g·b, ∂b = g·a. */
  private static void multiply(Differentiation.Step step) {
    for (int i = 0; i < 2; i++) {
      if (step.wants(i)) {
        Value other = step.node().input(1 - i);
        giveReduced(step, i, step.operations().multiply(step.gradient(), other));
      }
    }
  }

  /**
   * Gives a gradient of the broadcast shape to an input: sums over the axes along which it was
   * repeated.
   */
  private static void giveReduced(Differentiation.Step step, int input, Value gradient) {
    if (!step.wants(input)) {
      return;
    }
    Operations operations = step.operations();
    Shape target = step.node().input(input).shape();
    Shape from = gradient.shape();
    int added = from.rank() - target.rank();
    List<Long> axes = new ArrayList<>();
    for (int axis = 0; axis < from.rank(); axis++) {
      boolean repeated =
          axis < added || !from.dimension(axis).equals(target.dimension(axis - added));
      if (repeated) {
        axes.add((long) axis);
      }
    }
    Value reduced =
        axes.isEmpty()
            ? gradient
            : operations.sum(gradient, axes.stream().mapToLong(Long::longValue).toArray());
    step.give(
        input,
        added == 0
            ? reduced
            : operations.reshape(reduced, target, operations.sizes(step.node().input(input))));
  }

  /** y = −x: ∂x = −g. */
  private static void negate(Differentiation.Step step) {
    step.give(0, step.operations().negate(step.gradient()));
  }

  /** y = √x: ∂x = g / 2y. */
  private static void squareRoot(Differentiation.Step step) {
    Operations o = step.operations();
    Value half = o.multiply(step.gradient(), 0.5f);
    step.give(0, o.divide(half, step.node().output()));
  }

  /** y = 1/x: ∂x = −g·y². */
  private static void reciprocal(Differentiation.Step step) {
    Operations o = step.operations();
    Value y = step.node().output();
    step.give(0, o.negate(o.multiply(step.gradient(), o.multiply(y, y))));
  }

  /** y = σ(x): ∂x = g·y·(1 − y). */
  private static void sigmoid(Differentiation.Step step) {
    Operations o = step.operations();
    Value y = step.node().output();
    Value slope = o.multiply(y, o.complement(y));
    step.give(0, o.multiply(step.gradient(), slope));
  }

  /** y = x·σ(x): ∂x = g·(s + y·(1 − s)) with s = σ(x). */
  private static void silu(Differentiation.Step step) {
    Operations o = step.operations();
    Value s = o.sigmoid(step.node().input(0));
    Value rest = o.multiply(step.node().output(), o.complement(s));
    step.give(0, o.multiply(step.gradient(), o.add(s, rest)));
  }

  /** y = tanh(x): ∂x = g·(1 − y²). */
  private static void hyperbolicTangent(Differentiation.Step step) {
    Operations o = step.operations();
    Value y = step.node().output();
    step.give(0, o.multiply(step.gradient(), o.complement(o.multiply(y, y))));
  }

  /**
   * y = x·Φ(x): ∂x = g·(Φ(x) + x·φ(x)), with the normal density φ. Its approximation y = x·½(1 +
   * t), t = tanh(k·(x + a·x³)), k = √(2/π), a = 0.044715: ∂x = g·½(1 + t + x·(1 − t²)·k·(1 +
   * 3a·x²)).
   */
  private static void gelu(Differentiation.Step step) {
    Operations o = step.operations();
    // Powers of what 16 bits hold may be more than they hold.
    Value x = o.cast(step.node().input(0), ElementType.FLOAT);
    Value square = o.multiply(x, x);
    Value slope;
    if (step.node().text("approximate", "none").equals("tanh")) {
      float k = (float) Math.sqrt(2 / Math.PI);
      Value cubic = o.add(o.multiply(square, 0.044715f), 1);
      Value t = o.hyperbolicTangent(o.multiply(o.multiply(x, k), cubic));
      Value inner = o.multiply(o.add(o.multiply(square, 3 * 0.044715f), 1), k);
      Value curved = o.multiply(o.multiply(x, o.complement(o.multiply(t, t))), inner);
      slope = o.multiply(o.add(o.add(t, 1), curved), 0.5f);
    } else {
      Value error = o.errorFunction(o.multiply(x, (float) Math.sqrt(0.5)));
      Value below = o.multiply(o.add(error, 1), 0.5f);
      Value density =
          o.multiply(
              o.exponential(o.multiply(square, -0.5f)), (float) (1 / Math.sqrt(2 * Math.PI)));
      slope = o.add(below, o.multiply(x, density));
    }
    step.give(0, back(step, o.multiply(o.cast(step.gradient(), ElementType.FLOAT), slope)));
  }

  /** The gradient of the first input, which was computed in 32 bits, in the input's type. */
  private static Value back(Differentiation.Step step, Value gradient) {
    return step.operations().cast(gradient, step.node().input(0).type());
  }

  /** y = x in another type: ∂x = g in that of x. */
  private static void cast(Differentiation.Step step) {
    step.give(0, back(step, step.gradient()));
  }

  /**
   * y = α·a·op(b), batched over equal leading axes: ∂a = α·g·op(b)ᵀ, ∂b = α·aᵀg (or its transpose).
   */
  private static void matrixProduct(Differentiation.Step step) {
    Operations o = step.operations();
    Node node = step.node();
    Value a = node.input(0);
    Value b = node.input(1);
    Value g = step.gradient();
    boolean transposeB = node.integer("transB", 0) == 1;
    float alpha = node.real("alpha", 1);
    if (node.integer("transA", 0) == 1 || a.shape().rank() != b.shape().rank()) {
      throw new IllegalStateException(
          "A product " + a.shape() + " by " + b.shape() + " of this form has no derivative rule");
    }
    if (step.wants(0)) {
      step.give(0, o.matrixProduct(g, false, b, !transposeB, alpha));
    }
    if (step.wants(1)) {
      step.give(
          1,
          transposeB
              ? o.matrixProduct(g, true, a, false, alpha)
              : o.matrixProduct(a, true, g, false, alpha));
    }
  }

  /** y = a·op(b) + c: ∂a = g·op(b)ᵀ, ∂b = aᵀg (or its transpose), ∂c = g. */
  private static void gemm(Differentiation.Step step) {
    Operations o = step.operations();
    Node node = step.node();
    Value a = node.input(0);
    Value b = node.input(1);
    Value g = step.gradient();
    boolean transposeB = node.integer("transB", 0) == 1;
    if (node.integer("transA", 0) == 1) {
      throw new IllegalStateException("Gemm with a transposed left side has no derivative rule");
    }
    if (step.wants(0)) {
      step.give(0, o.gemm(List.of(g, b), false, !transposeB));
    }
    if (step.wants(1)) {
      step.give(
          1, transposeB ? o.gemm(List.of(g, a), true, false) : o.gemm(List.of(a, g), true, false));
    }
    if (step.wants(2)) {
      giveReduced(step, 2, g);
    }
  }

  /** y = softmax(x): ∂x = y·(g − Σ g·y). */
  private static void softmax(Differentiation.Step step) {
    Operations o = step.operations();
    Value y = step.node().output();
    Value weighted = o.multiply(step.gradient(), y);
    step.give(0, o.subtract(weighted, o.multiply(y, o.sumOfLast(weighted))));
  }

  /** y = log softmax(x): ∂x = g − eʸ·Σ g. */
  private static void logSoftmax(Differentiation.Step step) {
    Operations o = step.operations();
    Value g = step.gradient();
    Value probability = o.exponential(step.node().output());
    step.give(0, o.subtract(g, o.multiply(probability, o.sumOfLast(g))));
  }

  /** y = mean of the last axis: ∂x = g / n, repeated. */
  private static void meanOfLast(Differentiation.Step step) {
    Operations o = step.operations();
    Value x = step.node().input(0);
    long n = x.shape().dimension(-1).size();
    if (n < 0) {
      throw new IllegalStateException("The mean over " + x.shape() + " needs a known last size");
    }
    Value share = o.multiply(step.gradient(), 1f / n);
    step.give(0, o.expand(share, x));
  }

  /** y = sum over axes that stay with size 1: ∂x = g, repeated. */
  private static void sum(Differentiation.Step step) {
    step.give(0, step.operations().expand(step.gradient(), step.node().input(0)));
  }

  /**
   * y = n·w with n = x·r and r = 1/√(mean(x²) + ε): ∂x = r·(h − n·mean(h·n)) with h = g·w, and ∂w =
   * Σ g·n over the leading axes.
   */
  private static void rootMeanSquareNorm(Differentiation.Step step) {
    Operations o = step.operations();
    Value x = o.cast(step.node().input(0), ElementType.FLOAT);
    Value gradient = o.cast(step.gradient(), ElementType.FLOAT);
    Value weight = o.cast(step.node().input(1), ElementType.FLOAT);
    Value inverse = step.node().outputs().get(1);
    Value normal = o.multiply(x, inverse);
    if (step.wants(0)) {
      Value h = o.multiply(gradient, weight);
      Value along = o.multiply(normal, o.meanOfLast(o.multiply(h, normal)));
      step.give(0, back(step, o.multiply(inverse, o.subtract(h, along))));
    }
    if (step.wants(1)) {
      giveReduced(step, 1, o.cast(o.multiply(gradient, normal), step.node().input(1).type()));
    }
  }

  /**
   * A rotation by an angle: its transpose is the rotation by the opposite angle, whose sine is
   * negated. What is not rotated passes through.
   */
  private static void rotary(Differentiation.Step step) {
    Operations o = step.operations();
    List<Value> inputs = step.node().inputs();
    Value back = o.negate(inputs.get(3));
    long rotated = step.node().integer("rotary_embedding_dim", 0);
    step.give(
        0,
        rotated == 0
            ? o.rotary(step.gradient(), inputs.get(1), inputs.get(2), back)
            : o.partialRotary(
                step.gradient(),
                inputs.get(1),
                inputs.get(2),
                back,
                (int) step.node().integer("num_heads", 0),
                (int) rotated));
  }

  /** The inverse permutation. */
  private static void transpose(Differentiation.Step step) {
    long[] order = step.node().integers("perm");
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[(int) order[i]] = i;
    }
    step.give(0, step.operations().transpose(step.gradient(), inverse));
  }

  /** Back to the input's shape. */
  private static void reshape(Differentiation.Step step) {
    Operations o = step.operations();
    Value x = step.node().input(0);
    step.give(0, o.reshape(step.gradient(), x.shape(), o.sizes(x)));
  }

  /** Each part gets its piece of the gradient. */
  private static void concatenate(Differentiation.Step step) {
    Operations o = step.operations();
    Node node = step.node();
    int axis = axis(node);
    List<Value> parts = node.inputs();
    Value[] sizes = new Value[parts.size()];
    Shape.Dimension[] dimensions = new Shape.Dimension[parts.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = o.sizes(parts.get(i), axis, axis + 1);
      dimensions[i] = parts.get(i).shape().dimension(axis);
    }
    List<Value> pieces = o.split(step.gradient(), axis, o.sizeList(sizes), dimensions);
    for (int i = 0; i < sizes.length; i++) {
      if (step.wants(i)) {
        step.give(i, pieces.get(i));
      }
    }
  }

  /** The gradients of the parts, joined; a part that the result does not use counts as zeros. */
  private static void split(Differentiation.Step step) {
    Operations o = step.operations();
    Node node = step.node();
    Value[] gradients = new Value[node.outputs().size()];
    for (int i = 0; i < gradients.length; i++) {
      Value part = node.outputs().get(i);
      Optional<Value> gradient = step.gradient(i);
      gradients[i] = gradient.orElseGet(() -> o.zeros(o.sizes(part), part.shape(), part.type()));
    }
    int axis = axis(node);
    step.give(0, o.concatenate(axis, node.input(0).shape().dimension(axis), gradients));
  }

  private static int axis(Node node) {
    int axis = (int) node.integer("axis", 0);
    return axis < 0 ? axis + node.input(0).shape().rank() : axis;
  }

  /**
   * y = table[i]: row i of the table's gradient is the sum of the gradients of its uses.
   * ScatterElements adds one by one; ScatterND would add from several threads at once, and repeated
   * rows would get in each other's way. It does not add in 16 bits.
   */
  private static void rows(Differentiation.Step step) {
    Operations o = step.operations();
    Value table = step.node().input(0);
    Value indices = step.node().input(1);
    if (step.node().integer("axis", 0) != 0 || table.shape().rank() != 2) {
      throw new IllegalStateException(
          "Gather from "
              + table.shape()
              + " along axis "
              + step.node().integer("axis", 0)
              + " has no derivative rule, only from a matrix along axis 0");
    }
    Shape rows =
        new Shape(List.of(new Shape.Dimension(-1, "gathered"), table.shape().dimension(1)));
    Value gradient =
        o.cast(
            o.reshape(
                step.gradient(), rows, o.sizeList(o.graph().integers(-1), o.sizes(table, 1, 2))),
            ElementType.FLOAT);
    Value column = o.reshape(indices, Shape.of("gathered", 1), -1, 1);
    Value sums =
        o.node(
            "ScatterElements",
            List.of(
                o.zeros(o.sizes(table), table.shape(), ElementType.FLOAT),
                o.expand(column, gradient),
                gradient),
            Map.of("axis", 0L, "reduction", "add"),
            ElementType.FLOAT,
            table.shape());
    step.give(0, back(step, sums));
  }

  /** y = x[row, i]: the gradient goes to the place it came from. */
  private static void elements(Differentiation.Step step) {
    Operations o = step.operations();
    Value matrix = step.node().input(0);
    Value zeros = o.zeros(o.sizes(matrix), matrix.shape(), matrix.type());
    step.give(
        0,
        o.node(
            "ScatterElements",
            List.of(zeros, step.node().input(1), step.gradient()),
            Map.of("axis", 1L, "reduction", "add"),
            matrix.type(),
            matrix.shape()));
  }
}
