package dev.flowdpo.runtime.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.Longs;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;

/**
 * Every derivative rule against finite differences. The tag of a property is the operator whose
 * rule it checks.
 */
@PropertyDefaults(tries = 25)
class DerivativeRulesTest {
  // Elementwise, with broadcasting.

  @Property
  @Tag("Add")
  void sum(@ForAll long seed, @ForAll boolean named) {
    GradientCheck check = broadcasting("Add", seed, named);
    check.holds((o, x) -> o.add(x.get(0), x.get(1)));
  }

  @Property
  @Tag("Sub")
  void difference(@ForAll long seed, @ForAll boolean named) {
    GradientCheck check = broadcasting("Sub", seed, named);
    check.holds((o, x) -> o.subtract(x.get(0), x.get(1)));
  }

  @Property
  @Tag("Mul")
  void product(@ForAll long seed, @ForAll boolean named) {
    GradientCheck check = broadcasting("Mul", seed, named);
    check.holds((o, x) -> o.multiply(x.get(0), x.get(1)));
  }

  /** Two inputs whose shapes differ as NumPy's rules allow: axes of size 1, or fewer axes. */
  private static GradientCheck broadcasting(String operator, long seed, boolean named) {
    GradientCheck check = new GradientCheck(operator, seed, named);
    Random random = check.random();
    long[] whole = sizes(random, 1 + random.nextInt(4));
    return check.input(reduced(random, whole)).input(reduced(random, whole));
  }

  private static long[] reduced(Random random, long[] whole) {
    long[] sizes = Arrays.copyOfRange(whole, random.nextInt(whole.length + 1), whole.length);
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = random.nextInt(3) == 0 ? 1 : sizes[i];
    }
    return sizes;
  }

  private static long[] sizes(Random random, int rank) {
    return random.longs(rank, 1, 4).toArray();
  }

  @Property
  @Tag("Mul")
  void valueUsedTwice(@ForAll long seed, @ForAll boolean named) {
    GradientCheck check = new GradientCheck("Mul", seed, named).input(2, 3).input(3);
    check.holds(
        (o, x) -> {
          Value square = o.multiply(x.get(0), x.get(0));
          Value difference = o.subtract(square, o.add(x.get(0), x.get(1)));
          return o.multiply(difference, o.add(square, square));
        });
  }

  @Property
  @Tag("Neg")
  void opposite(@ForAll long seed, @ForAll boolean named) {
    new GradientCheck("Neg", seed, named).input(2, 3).holds((o, x) -> o.negate(x.get(0)));
  }

  @Property
  @Tag("Sqrt")
  void squareRoot(@ForAll long seed, @ForAll boolean named) {
    GradientCheck check = new GradientCheck("Sqrt", seed, named).ranged(0.5f, 3, 2, 3);
    check.holds((o, x) -> o.squareRoot(x.get(0)));
  }

  @Property
  @Tag("Reciprocal")
  void reciprocal(@ForAll long seed, @ForAll boolean named) {
    GradientCheck check = new GradientCheck("Reciprocal", seed, named);
    check.ranged(0.5f, 3, 2, 3).ranged(-3, -0.5f, 2, 3);
    check.holds((o, x) -> o.add(o.reciprocal(x.get(0)), o.reciprocal(x.get(1))));
  }

  @Property
  @Tag("Sigmoid")
  void sigmoid(@ForAll long seed, @ForAll boolean named) {
    GradientCheck check = new GradientCheck("Sigmoid", seed, named).ranged(-4, 4, 2, 3);
    check.holds((o, x) -> o.sigmoid(x.get(0)));
  }

  @Property
  @Tag("QuickGelu")
  void silu(@ForAll long seed, @ForAll boolean named) {
    GradientCheck check = new GradientCheck("QuickGelu", seed, named).ranged(-4, 4, 2, 3);
    check.holds((o, x) -> o.silu(x.get(0)));
  }

  @Property
  @Tag("Tanh")
  void hyperbolicTangent(@ForAll long seed, @ForAll boolean named) {
    GradientCheck check = new GradientCheck("Tanh", seed, named).ranged(-3, 3, 2, 3);
    check.holds((o, x) -> o.softCap(x.get(0), 1.3f));
  }

  @Property
  @Tag("Gelu")
  void gelu(@ForAll long seed, @ForAll boolean named, @ForAll boolean approximate) {
    GradientCheck check = new GradientCheck("Gelu", seed, named).ranged(-4, 4, 2, 3);
    check.holds((o, x) -> o.gelu(x.get(0), approximate));
  }

  // Matrix products.

  @Property
  @Tag("MatMul")
  void matrixProduct(
      @ForAll long seed,
      @ForAll boolean named,
      @ForAll @IntRange(max = 2) int batchAxes,
      @ForAll @IntRange(min = 1, max = 4) int rows,
      @ForAll @IntRange(min = 1, max = 4) int inner,
      @ForAll @IntRange(min = 1, max = 4) int columns) {
    GradientCheck check = new GradientCheck("MatMul", seed, named);
    long[] batch = sizes(check.random(), batchAxes);
    check.input(Longs.concat(batch, new long[] {rows, inner}));
    check.input(Longs.concat(batch, new long[] {inner, columns}));
    check.holds((o, x) -> o.matrixProduct(x.get(0), false, x.get(1), false, 1));
  }

  @Property
  @Tag("FusedMatMul")
  void scaledMatrixProduct(
      @ForAll long seed,
      @ForAll boolean named,
      @ForAll boolean transposed,
      @ForAll @IntRange(max = 2) int batchAxes,
      @ForAll @IntRange(min = 1, max = 4) int rows,
      @ForAll @IntRange(min = 1, max = 4) int inner,
      @ForAll @IntRange(min = 1, max = 4) int columns) {
    GradientCheck check = new GradientCheck("FusedMatMul", seed, named);
    long[] batch = sizes(check.random(), batchAxes);
    check.input(Longs.concat(batch, new long[] {rows, inner}));
    long[] right = transposed ? new long[] {columns, inner} : new long[] {inner, columns};
    check.input(Longs.concat(batch, right));
    float alpha = 0.3f + check.random().nextFloat();
    check.holds((o, x) -> o.matrixProduct(x.get(0), false, x.get(1), transposed, alpha));
  }

  @Property
  @Tag("Gemm")
  void matrixProductOfMatrices(
      @ForAll long seed,
      @ForAll boolean named,
      @ForAll boolean transposed,
      @ForAll @IntRange(min = 1, max = 4) int rows,
      @ForAll @IntRange(min = 1, max = 4) int inner,
      @ForAll @IntRange(min = 1, max = 4) int columns) {
    GradientCheck check = new GradientCheck("Gemm", seed, named).input(rows, inner);
    check.input(transposed ? new long[] {columns, inner} : new long[] {inner, columns});
    check.holds((o, x) -> o.gemm(x, false, transposed));
  }

  @Property
  @Tag("Gemm")
  void matrixProductWithAddend(
      @ForAll long seed,
      @ForAll boolean named,
      @ForAll boolean transposed,
      @ForAll @IntRange(min = 1, max = 4) int rows,
      @ForAll @IntRange(min = 1, max = 4) int inner,
      @ForAll @IntRange(min = 1, max = 4) int columns,
      @ForAll @IntRange(max = 3) int form) {
    GradientCheck check = new GradientCheck("Gemm", seed, named).input(rows, inner);
    check.input(transposed ? new long[] {columns, inner} : new long[] {inner, columns});
    check.input(
        switch (form) {
          case 0 -> new long[] {rows, columns};
          case 1 -> new long[] {columns};
          case 2 -> new long[] {1, columns};
          default -> new long[] {rows, 1};
        });
    check.holds((o, x) -> o.gemm(x, false, transposed));
  }

  @Example
  void productsWithoutRuleAreRefused() {
    Graph graph = Graph.create("test");
    Operations o = new Operations(graph);
    Value square = graph.input("square", ElementType.FLOAT, Shape.of(3, 3));
    Value stack = graph.input("stack", ElementType.FLOAT, Shape.of(2, 3, 3));
    assertThatThrownBy(() -> differentiate(o, o.gemm(List.of(square, square), true, false), square))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Gemm");
    assertThatThrownBy(
            () -> differentiate(o, o.matrixProduct(square, true, square, false, 1), square))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[3, 3]");
    assertThatThrownBy(
            () -> differentiate(o, o.matrixProduct(stack, false, square, false, 1), square))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[2, 3, 3]");
  }

  // Along an axis.

  @Property
  @Tag("Softmax")
  void softmax(@ForAll long seed, @ForAll boolean named, @ForAll @IntRange(max = 2) int axes) {
    GradientCheck check = new GradientCheck("Softmax", seed, named);
    check.input(Longs.concat(sizes(check.random(), axes), new long[] {4}));
    check.holds((o, x) -> o.softmax(x.get(0)));
  }

  @Property
  @Tag("LogSoftmax")
  void logSoftmax(@ForAll long seed, @ForAll boolean named, @ForAll @IntRange(max = 2) int axes) {
    GradientCheck check = new GradientCheck("LogSoftmax", seed, named);
    check.input(Longs.concat(sizes(check.random(), axes), new long[] {4}));
    check.holds((o, x) -> o.logSoftmax(x.get(0)));
  }

  @Property
  @Tag("ReduceMean")
  void mean(@ForAll long seed, @ForAll @IntRange(max = 2) int axes) {
    GradientCheck check = new GradientCheck("ReduceMean", seed, false);
    long[] sizes = sizes(check.random(), axes + 1);
    check.input(sizes).holds((o, x) -> o.meanOfLast(x.get(0)));
  }

  @Property
  @Tag("ReduceSum")
  void sumOverAxes(@ForAll long seed, @ForAll boolean named) {
    GradientCheck check = new GradientCheck("ReduceSum", seed, named);
    Random random = check.random();
    int rank = 1 + random.nextInt(4);
    List<Long> axes = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      if (random.nextBoolean()) {
        axes.add((long) (random.nextBoolean() ? axis : axis - rank));
      }
    }
    if (axes.isEmpty()) {
      axes.add(-1L);
    }
    check.input(sizes(random, rank)).holds((o, x) -> o.sum(x.get(0), Longs.toArray(axes)));
  }

  @Example
  void meanOverUnknownSizeIsRefused() {
    Graph graph = Graph.create("test");
    Operations o = new Operations(graph);
    Value x = graph.input("x", ElementType.FLOAT, Shape.of(2, "width"));
    assertThatThrownBy(() -> differentiate(o, o.meanOfLast(x), x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[2, width]");
  }

  // Transformer blocks.

  @Property
  @Tag("SimplifiedLayerNormalization")
  void rootMeanSquareNorm(
      @ForAll long seed, @ForAll boolean named, @ForAll @IntRange(min = 1, max = 2) int axes) {
    // The rule takes the mean over the last axis, whose size must be known.
    GradientCheck check = new GradientCheck("SimplifiedLayerNormalization", seed, false);
    int width = 2 + check.random().nextInt(4);
    check.input(Longs.concat(sizes(check.random(), axes), new long[] {width})).input(width);
    float epsilon = named ? 1e-5f : 0.1f;
    check.holds((o, x) -> o.rootMeanSquareNorm(x.get(0), x.get(1), epsilon).get(0));
  }

  @Property
  @Tag("RotaryEmbedding")
  void rotation(
      @ForAll long seed,
      @ForAll boolean named,
      @ForAll @IntRange(min = 1, max = 3) int heads,
      @ForAll @IntRange(min = 1, max = 4) int half) {
    int positions = 7;
    GradientCheck check = new GradientCheck("RotaryEmbedding", seed, named);
    check.input(2, 3, 2L * heads * half).fixed(positions, half).fixed(positions, half);
    Value places = check.indices(positions, 2, 3);
    check.holds((o, x) -> o.rotary(x.get(0), places, x.get(1), x.get(2)));
  }

  @Property
  @Tag("RotaryEmbedding")
  void partialRotation(
      @ForAll long seed,
      @ForAll boolean named,
      @ForAll @IntRange(min = 1, max = 3) int heads,
      @ForAll @IntRange(min = 1, max = 3) int half) {
    int positions = 7;
    int size = 2 * half + 3;
    GradientCheck check = new GradientCheck("RotaryEmbedding", seed, named);
    check.input(2, 3, (long) heads * size).fixed(positions, half).fixed(positions, half);
    Value places = check.indices(positions, 2, 3);
    check.holds((o, x) -> o.partialRotary(x.get(0), places, x.get(1), x.get(2), heads, 2 * half));
  }

  // Layout.

  @Property
  @Tag("Transpose")
  void permutation(@ForAll long seed, @ForAll boolean named) {
    GradientCheck check = new GradientCheck("Transpose", seed, named);
    int rank = 1 + check.random().nextInt(5);
    List<Integer> order = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      order.add(check.random().nextInt(axis + 1), axis);
    }
    int[] permutation = order.stream().mapToInt(Integer::intValue).toArray();
    check.input(sizes(check.random(), rank));
    // A factor, so that a wrong order cannot hide behind a symmetric seed.
    check
        .input(reversedOnes(rank))
        .holds((o, x) -> o.multiply(o.transpose(x.get(0), permutation), x.get(1)));
  }

  private static long[] reversedOnes(int rank) {
    long[] ones = new long[rank];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Property
  @Tag("Reshape")
  void newShape(@ForAll long seed, @ForAll boolean named, @ForAll @IntRange(max = 3) int form) {
    GradientCheck check = new GradientCheck("Reshape", seed, named).input(2, 3, 4);
    check.holds(
        (o, x) ->
            switch (form) {
              case 0 -> o.reshape(x.get(0), check.shape(6, 4), 6, 4);
              case 1 -> o.reshape(x.get(0), check.shape(24), -1);
              case 2 -> o.reshape(x.get(0), check.shape(2, 12), 0, -1);
              default ->
                  o.reshape(
                      x.get(0),
                      check.shape(4, 3, 2),
                      o.sizeList(
                          o.sizes(x.get(0), 2, 3), o.graph().integers(3), o.sizes(x.get(0), 0, 1)));
            });
  }

  @Property
  @Tag("Concat")
  void joinedParts(
      @ForAll long seed,
      @ForAll boolean named,
      @ForAll @IntRange(max = 2) int axis,
      @ForAll boolean fromTheEnd) {
    GradientCheck check = new GradientCheck("Concat", seed, named);
    long[] sizes = sizes(check.random(), 3);
    long joined = 0;
    for (int part = 0; part < 3; part++) {
      long[] own = sizes.clone();
      own[axis] = 1 + check.random().nextInt(3);
      joined += own[axis];
      if (part == 1) {
        check.fixed(own);
      } else {
        check.input(own);
      }
    }
    Shape.Dimension size = check.shape(joined).dimension(0);
    int place = fromTheEnd ? axis - 3 : axis;
    check.holds((o, x) -> o.concatenate(place, size, x.toArray(Value[]::new)));
  }

  @Property
  @Tag("Split")
  void parts(
      @ForAll long seed,
      @ForAll boolean named,
      @ForAll @IntRange(max = 2) int axis,
      @ForAll boolean fromTheEnd,
      @ForAll @IntRange(max = 3) int unused) {
    GradientCheck check = new GradientCheck("Split", seed, named);
    long[] parts = {1, 2, 3};
    long[] sizes = sizes(check.random(), 3);
    sizes[axis] = 6;
    Shape.Dimension[] dimensions = {
      check.shape(1).dimension(0), check.shape(2).dimension(0), check.shape(3).dimension(0)
    };
    int place = fromTheEnd ? axis - 3 : axis;
    check
        .input(sizes)
        .holds(
            (o, x) -> {
              List<Value> pieces = o.split(x.get(0), place, o.graph().integers(parts), dimensions);
              // Factors tell the pieces apart; with unused = 3 all are used.
              List<Value> used = new ArrayList<>();
              long joined = 0;
              for (int i = 0; i < 3; i++) {
                if (i != unused) {
                  used.add(o.multiply(pieces.get(i), o.graph().real(i + 1)));
                  joined += parts[i];
                }
              }
              Shape.Dimension size = check.shape(joined).dimension(0);
              return o.concatenate(place, size, used.toArray(Value[]::new));
            });
  }

  // Indexing.

  @Property
  @Tag("Gather")
  void rows(
      @ForAll long seed, @ForAll boolean named, @ForAll @IntRange(min = 1, max = 3) int axes) {
    GradientCheck check = new GradientCheck("Gather", seed, named);
    // Seven picks from three rows: some repeat, and some row may never be picked.
    Value picks = axes == 1 ? check.indices(3, 7) : check.indices(3, sizes(check.random(), axes));
    check.input(3, 4).holds((o, x) -> o.rows(x.get(0), picks));
  }

  @Example
  void columnsHaveNoRule() {
    Graph graph = Graph.create("test");
    Operations o = new Operations(graph);
    Value x = graph.input("x", ElementType.FLOAT, Shape.of(3, 3));
    assertThatThrownBy(() -> differentiate(o, o.columns(x, graph.integers(0, 1, 2)), x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Gather")
        .hasMessageContaining("axis 1");
  }

  @Property
  @Tag("GatherElements")
  void elements(
      @ForAll long seed, @ForAll boolean named, @ForAll @IntRange(min = 1, max = 6) int picks) {
    GradientCheck check = new GradientCheck("GatherElements", seed, named);
    Value places = check.indices(3, 4, picks);
    check.input(4, 3).holds((o, x) -> o.elements(x.get(0), places));
  }

  @Property
  @Tag("Cast")
  void conversion(@ForAll long seed, @ForAll boolean named) {
    // So close to 0 that the steps of 16 bits are far smaller than those of the check.
    GradientCheck check = new GradientCheck("Cast", seed, named).ranged(-0x1p-6f, 0x1p-6f, 3, 4);
    check.holds((o, x) -> o.cast(o.cast(x.get(0), ElementType.FLOAT16), ElementType.FLOAT));
  }

  // The rules as a whole.

  @Example
  void everyRuleHasAProperty() {
    Set<String> checked =
        Arrays.stream(DerivativeRulesTest.class.getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(Property.class))
            .map(DerivativeRulesTest::operator)
            .collect(Collectors.toSet());
    assertThat(checked).isEqualTo(DerivativeRules.operators());
  }

  private static String operator(Method property) {
    return property.getAnnotation(Tag.class).value();
  }

  @Example
  void operatorWithoutRuleIsNamed() {
    Graph graph = Graph.create("test");
    Operations o = new Operations(graph);
    Value x = graph.input("x", ElementType.FLOAT, Shape.of(2));
    assertThatThrownBy(() -> differentiate(o, o.add(o.exponential(x), x), x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("No derivative rule for operator Exp")
        .hasMessageContaining("Softmax");
  }

  @Example
  void operatorWithoutRuleMayLieOffTheWay() {
    Graph graph = Graph.create("test");
    Operations o = new Operations(graph);
    Value x = graph.input("x", ElementType.FLOAT, Shape.of(2));
    Value y = graph.input("y", ElementType.FLOAT, Shape.of(2));
    Value result = o.multiply(x, o.exponential(y));
    o.exponential(x);
    assertThat(differentiate(o, result, x)).containsOnlyKeys(x);
  }

  @Example
  void valueThatTheResultDoesNotUseHasNoGradient() {
    Graph graph = Graph.create("test");
    Operations o = new Operations(graph);
    Value x = graph.input("x", ElementType.FLOAT, Shape.of(2));
    Value y = graph.input("y", ElementType.FLOAT, Shape.of(2));
    assertThat(differentiate(o, o.negate(x), y)).isEmpty();
  }

  private static Map<Value, Value> differentiate(Operations o, Value result, Value wanted) {
    Value seed = new Value("seed", ElementType.FLOAT, result.shape());
    return Differentiation.gradients(o, result, seed, List.of(wanted));
  }
}
