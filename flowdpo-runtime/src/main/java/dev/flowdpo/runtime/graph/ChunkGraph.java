package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The graph that decodes a whole chunk in one native call: a loop whose body is one decoding step
 * with sampling, and which ends as soon as every row has ended.
 *
 * <p>The prefix's keys and values belong to the graph around the loop and are never copied;
 * rollouts of one prefix share them ({@code rows = groups · rollouts}, ordered by group). The loop
 * carries only the chunk's own.
 *
 * <p>Inputs: {@code max_steps}, rank 0; {@code start_tokens [rows]}, each row's last token, which
 * the prefix does not hold yet; {@code positions [rows, 1]} of these; {@code end_tokens [n]};
 * {@code forbid_end [rows, 1]}, 1 where the first token must not be an end token; {@code greedy},
 * {@code ranked}, {@code inverse_temperature}, {@code top_p} of rank 0, {@code top_k [1]}; {@code
 * uniform [steps, rows, 1]}; {@code prefix_key.L}, {@code prefix_value.L [groups, keyHeads, prefix,
 * size]} in the type of the matrices, {@code prefix_bias [groups, 1, 1, prefix]} and the adapter's
 * factors.
 *
 * <p>Outputs: {@code chosen [steps, rows]}, {@code log_probabilities [steps, rows]} at temperature
 * 1, and {@code key.L}, {@code value.L [groups, keyHeads, rollouts, steps, size]}: those of the
 * start token and of all chosen tokens but the last. What a row chose after its end token means
 * nothing.
 */
public final class ChunkGraph {
  /** What hides a score. */
  public static final float MASKED = -1e9f;

  // Inputs and outputs, as in the class comment.
  public static final String MAX_STEPS = "max_steps";

  public static final String START_TOKENS = "start_tokens";
  public static final String POSITIONS = "positions";
  public static final String END_TOKENS = "end_tokens";
  public static final String FORBID_END = "forbid_end";
  public static final String GREEDY = "greedy";
  public static final String RANKED = "ranked";
  public static final String INVERSE_TEMPERATURE = "inverse_temperature";
  public static final String TOP_K = "top_k";
  public static final String TOP_P = "top_p";
  public static final String UNIFORM = "uniform";
  public static final String PREFIX_BIAS = "prefix_bias";
  public static final String CHOSEN = "chosen";
  public static final String LOG_PROBABILITIES = "log_probabilities";

  private final ModelConfig config;
  private final int tablePositions;
  private final MatrixPlan plan;
  private final Graph graph = Graph.create("chunk");
  private final Operations o = new Operations(graph);

  private ChunkGraph(ModelConfig config, int tablePositions, MatrixPlan plan) {
    this.config = config;
    this.tablePositions = tablePositions;
    this.plan = plan;
  }

  /** Builds the graph; the rotary tables' number of positions bounds the length of a sequence. */
  public static Graph build(ModelConfig config, int tablePositions, MatrixPlan plan) {
    return new ChunkGraph(config, tablePositions, plan).build();
  }

  /** Returns the input for the keys of the prefix. */
  public static String prefixKey(int layer) {
    return "prefix_key." + layer;
  }

  /** Returns the input for the values of the prefix. */
  public static String prefixValue(int layer) {
    return "prefix_value." + layer;
  }

  private Graph build() {
    Value maxSteps = graph.input(MAX_STEPS, ElementType.INT64, Shape.of());
    Value start = graph.input(START_TOKENS, ElementType.INT64, Shape.of("rows"));
    Value firstPositions = graph.input(POSITIONS, ElementType.INT64, Shape.of("rows", 1));
    Value endTokens = graph.input(END_TOKENS, ElementType.INT64, Shape.of("ends"));
    Value forbidEnd = graph.input(FORBID_END, ElementType.FLOAT, Shape.of("rows", 1));
    Sampling sampling =
        new Sampling(
            graph.input(GREEDY, ElementType.BOOL, Shape.of()),
            graph.input(RANKED, ElementType.BOOL, Shape.of()),
            graph.input(INVERSE_TEMPERATURE, ElementType.FLOAT, Shape.of()),
            graph.input(TOP_K, ElementType.INT64, Shape.of(1)),
            graph.input(TOP_P, ElementType.FLOAT, Shape.of()));
    Value uniform = graph.input(UNIFORM, ElementType.FLOAT, Shape.of("steps", "rows", 1));
    Value prefixBias =
        graph.input(PREFIX_BIAS, ElementType.FLOAT, Shape.of("groups", 1, 1, "prefix"));
    Shape prefix = Shape.of("groups", config.keyValueHeads(), "prefix", config.headSize());
    List<Value> prefixKeys = new ArrayList<>();
    List<Value> prefixValues = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      prefixKeys.add(graph.input(prefixKey(layer), plan.type(), prefix));
      prefixValues.add(graph.input(prefixValue(layer), plan.type(), prefix));
    }

    Graph body = graph.subgraph("step");
    Operations inBody = new Operations(body);
    Value iteration = body.subgraphInput("iteration", ElementType.INT64, Shape.of());
    body.subgraphInput("going", ElementType.BOOL, Shape.of());
    Value token = body.subgraphInput("token", ElementType.INT64, Shape.of("rows"));
    Value ended = body.subgraphInput("ended", ElementType.BOOL, Shape.of("rows"));
    Shape chunk =
        Shape.of("groups", config.keyValueHeads(), "rollouts", "chunk", config.headSize());
    List<Value> chunkKeys = new ArrayList<>();
    List<Value> chunkValues = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      chunkKeys.add(body.subgraphInput("chunk_key", plan.type(), chunk));
      chunkValues.add(body.subgraphInput("chunk_value", plan.type(), chunk));
    }
    ChunkAttention attention =
        new ChunkAttention(
            config,
            o,
            inBody,
            inBody.add(firstPositions, iteration),
            tablePositions,
            prefixKeys,
            prefixValues,
            prefixBias,
            chunkKeys,
            chunkValues);
    Decoder decoder =
        new Decoder(
            config,
            inBody,
            Decoder.WeightSource.of(graph, plan, false),
            Decoder.adapterInputs(graph, config, plan.type()));
    Value scores = decoder.logits(decoder.hidden(token, attention));
    Value logProbabilities = inBody.logSoftmax(scores);
    Value allowed = withoutEnds(inBody, scores, iteration, endTokens, forbidEnd);
    Value next = sampling.choose(inBody, allowed, inBody.rows(uniform, iteration));
    Value isEnd = isAny(inBody, next, endTokens);
    Value nowEnded = inBody.or(ended, isEnd);
    Value going = inBody.not(inBody.all(nowEnded));
    Value chosenLogProbability =
        inBody.flat(inBody.elements(logProbabilities, inBody.unsqueeze(next, 1)));

    body.output(going);
    body.output(next);
    body.output(nowEnded);
    for (int layer = 0; layer < config.layers(); layer++) {
      body.output(attention.extendedKeys().get(layer));
      body.output(attention.extendedValues().get(layer));
    }
    Value scanned = inBody.identity(next);
    body.output(scanned);
    body.output(chosenLogProbability);
    loop(body, maxSteps, start, prefixBias);
    return graph;
  }

  private void loop(Graph body, Value maxSteps, Value start, Value prefixBias) {
    Value groups = o.sizes(prefixBias, 0, 1);
    Value rollouts = o.divide(o.sizes(start, 0, 1), groups);
    Value emptySizes =
        o.sizeList(
            groups,
            graph.integers(config.keyValueHeads()),
            rollouts,
            graph.integers(0, config.headSize()));
    Shape empty = Shape.of("groups", config.keyValueHeads(), "rollouts", 0, config.headSize());
    Value nothing = o.zeros(emptySizes, empty, plan.type());
    Value notEnded = o.less(start, graph.integer(Long.MIN_VALUE));
    Value going = o.equal(graph.integer(0), graph.integer(0));
    List<Value> inputs = new ArrayList<>(List.of(maxSteps, going, start, notEnded));
    inputs.addAll(Collections.nCopies(2 * config.layers(), nothing));

    Shape chunk =
        Shape.of("groups", config.keyValueHeads(), "rollouts", "written", config.headSize());
    List<ElementType> types = new ArrayList<>(List.of(ElementType.INT64, ElementType.BOOL));
    List<Shape> shapes = new ArrayList<>(List.of(Shape.of("rows"), Shape.of("rows")));
    types.addAll(Collections.nCopies(2 * config.layers(), plan.type()));
    shapes.addAll(Collections.nCopies(2 * config.layers(), chunk));
    types.addAll(List.of(ElementType.INT64, ElementType.FLOAT));
    shapes.addAll(List.of(Shape.of("written", "rows"), Shape.of("written", "rows")));
    List<Value> outputs =
        ImmutableList.copyOf(
            graph.node("Loop", "", inputs, ImmutableMap.of("body", body), types, shapes).outputs());
    Value missing =
        o.subtract(
            o.reshape(maxSteps, Shape.of(1), 1), o.sizes(outputs.get(outputs.size() - 2), 0, 1));
    for (int layer = 0; layer < config.layers(); layer++) {
      graph.output(PrefillGraph.key(layer), padded(outputs.get(2 + 2 * layer), missing));
      graph.output(PrefillGraph.value(layer), padded(outputs.get(3 + 2 * layer), missing));
    }
    graph.output(CHOSEN, outputs.get(outputs.size() - 2));
    graph.output(LOG_PROBABILITIES, outputs.get(outputs.size() - 1));
  }

  /** Adds zeros after the steps, as many as the list {@code missing [1]} says. */
  private Value padded(Value x, Value missing) {
    return o.padEnd(x, 3, new Shape.Dimension(-1, "steps"), missing);
  }

  /** Hides the end tokens of the rows whose first token this is, where they are forbidden. */
  private Value withoutEnds(
      Operations inBody, Value scores, Value iteration, Value endTokens, Value forbidEnd) {
    Value penalty = o.multiply(forbidEnd, graph.real(MASKED));
    Value places = o.sizeList(o.sizes(forbidEnd, 0, 1), o.sizes(endTokens, 0, 1));
    Shape shape = Shape.of("rows", "ends");
    Value first = inBody.cast(inBody.equal(iteration, graph.integer(0)), ElementType.FLOAT);
    return inBody.addAt(
        scores,
        o.expand(endTokens, places, shape),
        inBody.multiply(o.expand(penalty, places, shape), first));
  }

  /** Whether each of {@code tokens [rows]} is one of {@code set [n]}. */
  private static Value isAny(Operations o, Value tokens, Value set) {
    Value same = o.cast(o.equal(o.unsqueeze(tokens, 1), set), ElementType.FLOAT);
    Value count = o.flat(o.sumOfLast(same));
    return o.greater(count, o.graph().real(0));
  }
}
