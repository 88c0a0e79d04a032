package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.ModelTensor;
import dev.flowdpo.runtime.internal.Lookup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The graphs that score completions, and that differentiate their log-probabilities by the weights:
 * the decoder's own definition, with the backward pass that {@link Differentiation} derives from
 * it. {@link GradientGraphs} differentiate by adapters.
 *
 * <p>Inputs: {@code tokens}, {@code positions} and {@code lasts [batch, tokens]}, rows that each
 * hold a tree of tokens ({@link TreeAttention}), padded on the right; {@code rows [n]}, places in
 * {@code [batch·tokens]} whose next token is scored; {@code targets [n, 1]}, these next tokens;
 * {@code seed [n, 1]}, the gradient at each log-probability (not for scoring); the adapter's
 * factors, or the weights where these are trained. The vocabulary projection runs at the scored
 * places only.
 *
 * <p>Outputs: {@code log_probabilities [n, 1]}, and the gradients of {@code Σ seed ·
 * log_probability} by the weights where these are trained.
 */
public final class TrainingGraph {
  /** Inputs and outputs, as in the class comment. */
  public static final String TOKENS = "tokens";

  public static final String POSITIONS = "positions";
  public static final String LASTS = "lasts";
  public static final String ROWS = "rows";
  public static final String TARGETS = "targets";
  public static final String SEED = "seed";
  public static final String LOG_PROBABILITIES = "log_probabilities";

  private static final int LONG_ROW = 512;
  private static final int BLOCKS = 4;

  private final Graph graph;
  private final Map<String, String> gradients;

  private TrainingGraph(Graph graph, Map<String, String> gradients) {
    this.graph = graph;
    this.gradients = ImmutableMap.copyOf(gradients);
  }

  /**
   * Returns into how many blocks the attention of rows of so many tokens is cut: long ones gain by
   * it, short ones would only get more nodes.
   */
  public static int blocks(long tokens) {
    return tokens >= LONG_ROW ? BLOCKS : 1;
  }

  /**
   * Returns the graph that only scores.
   *
   * @param blocks as {@link #blocks(long)} says
   */
  public static TrainingGraph score(
      ModelConfig config, int tablePositions, MatrixPlan plan, int blocks) {
    Graph graph = Graph.create("score");
    Operations o = new Operations(graph);
    Decoder decoder =
        new Decoder(
            config,
            o,
            Decoder.WeightSource.of(graph, plan, true),
            Decoder.adapterInputs(graph, config));
    ForwardPass forward = new ForwardPass(config, o, blocks, decoder, tablePositions);
    graph.output(LOG_PROBABILITIES, forward.scores.chosen());
    return new TrainingGraph(graph, Map.of());
  }

  /**
   * Returns the graph whose inputs are the weights themselves, and which gives the gradient of
   * each.
   */
  public static TrainingGraph weightGradients(ModelConfig config, int tablePositions) {
    Graph graph = Graph.create("weight_gradients");
    Operations o = new Operations(graph);
    Map<String, Value> weights = new LinkedHashMap<>();
    Checkpoint.expectedTensors(config)
        .forEach(
            (key, sizes) ->
                weights.put(
                    key, graph.input(key, ElementType.FLOAT, Shape.of((Object[]) box(sizes)))));
    Decoder decoder = new Decoder(config, o, new TrainedWeights(weights), Map.of());
    Value result = new ForwardPass(config, o, 1, decoder, tablePositions).scores.chosen();
    graph.output(LOG_PROBABILITIES, result);
    Value seed = graph.input(SEED, ElementType.FLOAT, result.shape());
    Map<Value, Value> found =
        Differentiation.gradients(o, result, seed, List.copyOf(weights.values()));
    Map<String, String> gradients = new LinkedHashMap<>();
    weights.forEach(
        (key, value) -> {
          Value gradient = Lookup.required(found, value);
          graph.output(gradient);
          gradients.put(key, gradient.name());
        });
    return new TrainingGraph(graph, gradients);
  }

  /** Returns the graph. */
  public Graph graph() {
    return graph;
  }

  /** Returns the output that holds the gradient of each input that is trained. */
  public Map<String, String> gradients() {
    return gradients;
  }

  private static Long[] box(long[] sizes) {
    Long[] boxed = new Long[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      boxed[i] = sizes[i];
    }
    return boxed;
  }

  /** Weights that are inputs of the graph. */
  private record TrainedWeights(Map<String, Value> inputs) implements Decoder.WeightSource {
    @Override
    public Value vector(String tensor, long size) {
      return Lookup.required(inputs, tensor);
    }

    @Override
    public FrozenMatrix matrix(ModelTensor tensor) {
      return new FrozenMatrix.Dense(Lookup.required(inputs, tensor.name()));
    }
  }
}
