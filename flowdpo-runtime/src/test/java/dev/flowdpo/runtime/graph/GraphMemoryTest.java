package dev.flowdpo.runtime.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What a run takes, against sums made by hand and rules that any count must keep. */
class GraphMemoryTest {
  private static final int POSITIONS = 64;
  private static final Map<String, Long> TEN = Map.of("n", 10L);

  private static ModelConfig config(Architecture architecture) {
    return RandomCheckpoint.config(
        new RandomCheckpoint.Shape(
            architecture, 300, 32, 2, 4, 2, OptionalInt.of(8), 96, POSITIONS));
  }

  private static GraphMemory memory(Graph graph) {
    return GraphMemory.of(graph, TEN, GraphMemory.Outputs.OF_THE_SESSION);
  }

  @Example
  void countsTheResultsThatAreAliveTogether() {
    Graph graph = Graph.create("test");
    Operations o = new Operations(graph);
    Value x = graph.input("x", ElementType.FLOAT, Shape.of("n", 2)); // 80 bytes
    Value a = o.exponential(x); // 80, until c
    Value b = o.negate(a); // 80, until c
    Value c = o.add(a, b); // 80: 240 with a and b
    Value d = o.sumOfLast(c); // 40: 120 with c
    graph.output("d", d);

    assertThat(memory(graph)).isEqualTo(new GraphMemory(240, 80, 40));
  }

  @Example
  void keepsWhatIsReadLateAndSharesReshapes() {
    Graph graph = Graph.create("test");
    Operations o = new Operations(graph);
    Value x = graph.input("x", ElementType.INT64, Shape.of("n")); // 80 bytes
    Value early = o.cast(x, ElementType.FLOAT); // 40, until the end
    Value column = o.reshape(early, Shape.of("n", 1), -1, 1); // the same 40
    Value wide = o.add(column, o.transpose(column, 1, 0)); // 40 + 400, of n·n
    Value sum = o.sumOfLast(wide); // 40, while wide is there
    graph.output(o.add(sum, column)); // 40

    // early, transposed, wide; then early, wide, sum.
    assertThat(memory(o.graph()).inputs()).isEqualTo(80);
    assertThat(memory(o.graph()).results()).isEqualTo(40 + 40 + 400);
  }

  @Example
  void outputsStayUntilTheEndUnlessTheyLieElsewhere() {
    Graph graph = Graph.create("test");
    Operations o = new Operations(graph);
    Value x = graph.input("x", ElementType.FLOAT, Shape.of("n"));
    Value first = o.exponential(x);
    Value second = o.negate(first);
    graph.output(first);
    graph.output(o.negate(second));

    assertThat(memory(graph).results()).isEqualTo(120);
    assertThat(GraphMemory.of(graph, TEN, GraphMemory.Outputs.OF_THE_CALLER))
        .isEqualTo(new GraphMemory(40, 40, 80));
  }

  @Example
  void anIterationHoldsWhatItTakesOverBesideItsResults() {
    Graph graph = Graph.create("test");
    Value steps = graph.input("steps", ElementType.INT64, Shape.of());
    Value going = graph.input("going", ElementType.BOOL, Shape.of());
    Value start = graph.input("start", ElementType.FLOAT, Shape.of("n"));
    Value outside = new Operations(graph).negate(start); // 40, read in the loop
    Graph body = graph.subgraph("body");
    Operations o = new Operations(body);
    body.subgraphInput("i", ElementType.INT64, Shape.of()); // 8
    Value on = body.subgraphInput("on", ElementType.BOOL, Shape.of()); // 1
    Value carried = body.subgraphInput("carried", ElementType.FLOAT, Shape.of("n")); // 40
    Value twice = o.add(carried, outside); // 40
    body.output(o.identity(on));
    body.output(o.negate(twice)); // 40
    graph.output(
        graph
            .node(
                "Loop",
                "",
                List.of(steps, going, start),
                ImmutableMap.of("body", body),
                List.of(ElementType.FLOAT),
                List.of(Shape.of("n")))
            .output());

    assertThat(memory(graph).results()).isEqualTo(40 + (8 + 1 + 40) + (40 + 40));
  }

  @Example
  void namesASizeThatIsMissing() {
    Graph graph = Graph.create("test");
    graph.input("x", ElementType.FLOAT, Shape.of("m"));
    assertThatThrownBy(() -> memory(graph))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sizes: expected one for \"m\", found {n=10}");
  }

  @Example
  void everyGraphOfEveryArchitectureHasItsSizes() {
    for (Architecture architecture : Architecture.values()) {
      ModelConfig config = config(architecture);
      assertThat(prefill(config, 2, 5, 3).results()).isPositive();
      assertThat(chunk(config, 2, 3, 5, 4).results()).isPositive();
      GraphMemory forward = forward(config, 2, 6, 4, false);
      assertThat(forward.outputs()).isGreaterThan(score(config, 2, 6, 4).outputs());
      assertThat(forward(config, 2, 6, 4, true).inputs()).isGreaterThan(forward.inputs());
      for (GradientPath path : GradientPath.values()) {
        for (GradientGraphs.Segment segment : gradients(config, path, false).segments()) {
          assertThat(training(segment.graph(), config, 2, 6, 4).results()).isPositive();
        }
      }
    }
  }

  @Example
  void keysAndValuesOfAPrefillAreItsOutputs() {
    ModelConfig config = config(Architecture.LLAMA);
    long perToken = 2L * config.layers() * config.keyValueWidth() * Float.BYTES;
    assertThat(prefill(config, 3, 7, 0).outputs())
        .isEqualTo(3 * 7 * perToken + 3 * 2 * Float.BYTES);
  }

  @Property(tries = 20)
  void moreOfAnythingTakesNoLess(
      @ForAll @IntRange(min = 1, max = 6) int batch,
      @ForAll @IntRange(min = 1, max = 20) int tokens,
      @ForAll @IntRange(min = 1, max = 10) int more) {
    ModelConfig config = config(Architecture.GEMMA2);
    long scored = batch;
    assertThat(forward(config, batch + more, tokens, scored, false).outputs())
        .isGreaterThan(forward(config, batch, tokens, scored, false).outputs());
    assertThat(forward(config, batch, tokens + more, scored, false).outputs())
        .isGreaterThan(forward(config, batch, tokens, scored, false).outputs());
    assertThat(score(config, batch, tokens, scored + more).results())
        .isGreaterThanOrEqualTo(score(config, batch, tokens, scored).results());
    assertThat(chunk(config, batch + more, 1, tokens, 4).results())
        .isGreaterThan(chunk(config, batch, 1, tokens, 4).results());
    assertThat(chunk(config, batch, 1, tokens, 4 + more).results())
        .isGreaterThan(chunk(config, batch, 1, tokens, 4).results());
    assertThat(prefill(config, batch, tokens + more, 0).results())
        .isGreaterThan(prefill(config, batch, tokens, 0).results());
  }

  private static GraphMemory prefill(ModelConfig config, long batch, long tokens, long past) {
    return GraphMemory.of(
        PrefillGraph.build(config, POSITIONS, MatrixPlan.full()),
        new RunSizes(config, 4).prefill(batch, tokens, past),
        GraphMemory.Outputs.OF_THE_SESSION);
  }

  private static GraphMemory chunk(
      ModelConfig config, long groups, long rollouts, long prefix, long steps) {
    return GraphMemory.of(
        ChunkGraph.build(config, POSITIONS, MatrixPlan.full()),
        new RunSizes(config, 4).chunk(groups, rollouts, prefix, steps),
        GraphMemory.Outputs.OF_THE_SESSION);
  }

  private static GraphMemory score(ModelConfig config, long batch, long tokens, long scored) {
    return GraphMemory.of(
        TrainingGraph.score(config, POSITIONS, MatrixPlan.full(), 1).graph(),
        new RunSizes(config, 4).training(batch, tokens, scored),
        GraphMemory.Outputs.OF_THE_CALLER);
  }

  private static GraphMemory forward(
      ModelConfig config, long batch, long tokens, long scored, boolean dropout) {
    Graph graph = gradients(config, GradientPath.TAPS, dropout).forward();
    return training(graph, config, batch, tokens, scored);
  }

  private static GradientGraphs gradients(ModelConfig config, GradientPath path, boolean dropout) {
    return GradientGraphs.of(config, POSITIONS, MatrixPlan.full(), path, dropout, 1);
  }

  private static GraphMemory training(
      Graph graph, ModelConfig config, long batch, long tokens, long scored) {
    return GraphMemory.of(
        graph,
        new RunSizes(config, 4).training(batch, tokens, scored),
        GraphMemory.Outputs.OF_THE_CALLER);
  }
}
