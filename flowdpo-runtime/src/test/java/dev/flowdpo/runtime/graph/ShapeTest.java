package dev.flowdpo.runtime.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ShapeTest {
  @Property
  void broadcastFollowsNumPy(
      @ForAll @Size(max = 4) List<@IntRange(min = 1, max = 3) Integer> left,
      @ForAll @Size(max = 4) List<@IntRange(min = 1, max = 3) Integer> right) {
    Shape first = Shape.of(left.toArray());
    Shape second = Shape.of(right.toArray());
    List<Integer> expected = new ArrayList<>();
    boolean possible = true;
    for (int fromEnd = 1; fromEnd <= Math.max(left.size(), right.size()); fromEnd++) {
      int a = fromEnd <= left.size() ? left.get(left.size() - fromEnd) : 1;
      int b = fromEnd <= right.size() ? right.get(right.size() - fromEnd) : 1;
      possible &= a == b || a == 1 || b == 1;
      expected.add(0, Math.max(a, b));
    }
    if (possible) {
      assertThat(Shape.broadcast(first, second)).isEqualTo(Shape.of(expected.toArray()));
      assertThat(Shape.broadcast(second, first)).isEqualTo(Shape.of(expected.toArray()));
    } else {
      assertThatThrownBy(() -> Shape.broadcast(first, second))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(first.toString())
          .hasMessageContaining(second.toString());
    }
  }

  @Example
  void namesBroadcastWithOneAndWithThemselves() {
    assertThat(Shape.broadcast(Shape.of("batch", 1), Shape.of("batch", "tokens")))
        .isEqualTo(Shape.of("batch", "tokens"));
    assertThat(Shape.broadcast(Shape.of("tokens"), Shape.of("batch", 1)))
        .isEqualTo(Shape.of("batch", "tokens"));
    assertThatThrownBy(() -> Shape.broadcast(Shape.of("batch", "keys"), Shape.of("tokens")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Shapes [batch, keys] and [tokens] do not broadcast at axis 1");
    assertThatThrownBy(() -> Shape.broadcast(Shape.of("batch"), Shape.of(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Shapes [batch] and [2] do not broadcast at axis 0");
  }

  @Example
  void dimensionIsNumberOrName() {
    for (Object wrong : new Object[] {-1, "", 'c'}) {
      assertThatThrownBy(() -> Shape.of(2, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("A dimension must be a non-negative number or a name, found: " + wrong);
    }
  }

  @Example
  void elementsNeedKnownSizes() {
    assertThat(Shape.of().elements()).isEqualTo(1);
    assertThat(Shape.of(2, 0, 3).elements()).isZero();
    assertThat(Shape.of(2, 3).sizes()).containsExactly(2, 3);
    assertThatThrownBy(() -> Shape.of(2, "tokens").elements())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("A size of [2, tokens] is not known");
  }

  @Example
  void axesCountFromEitherEnd() {
    Shape shape = Shape.of("batch", 3, 4);
    assertThat(shape.dimension(-1)).isEqualTo(shape.dimension(2));
    assertThat(shape.with(-2, shape.dimension(0))).isEqualTo(Shape.of("batch", "batch", 4));
    assertThat(shape.withLast(1)).isEqualTo(Shape.of("batch", 3, 1));
  }

  @Example
  void weightHasOneShape() {
    Graph graph = Graph.create("test");
    Value weight = graph.weight("w", Shape.of(2, 3));
    assertThat(graph.weight("w", Shape.of(2, 3))).isSameAs(weight);
    assertThatThrownBy(() -> graph.weight("w", Shape.of(3, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Weight w has shape [2, 3], asked for as [3, 2]");
  }

  @Example
  void outputNameIsUsedOnce() {
    Graph graph = Graph.create("test");
    Value x = graph.input("x", ElementType.FLOAT, Shape.of(1));
    graph.output("y", x);
    assertThatThrownBy(() -> graph.output("y", x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The graph already has an output y");
  }

  @Example
  void matrixProductsNameTheShapes() {
    Graph graph = Graph.create("test");
    Value x = graph.input("x", ElementType.FLOAT, Shape.of(2, 3, 4));
    Value w = graph.input("w", ElementType.FLOAT, Shape.of(5, 4));
    assertThatThrownBy(() -> new Operations(graph).linear(x, w))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Gemm takes matrices, found [2, 3, 4] and [5, 4]");
  }
}
