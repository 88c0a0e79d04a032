package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.ModelTensor;
import dev.flowdpo.runtime.internal.Lookup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The graphs that score completions and differentiate their log-probabilities: the decoder's own
 * definition, with the backward pass that {@link Differentiation} derives from it.
 *
 * <p>Inputs: {@code tokens}, {@code positions [batch, tokens]}, padded on the right; {@code rows
 * [n]}, places in {@code [batch·tokens]} whose next token is scored; {@code targets [n, 1]}, these
 * next tokens; {@code seed [n, 1]}, the gradient at each log-probability (not for scoring); the
 * adapter's factors, or the weights where these are trained. The vocabulary projection runs at the
 * scored places only.
 *
 * <p>Outputs: {@code log_probabilities [n, 1]}, and the gradients of {@code Σ seed ·
 * log_probability} that the kind of graph gives.
 */
public final class TrainingGraph {
  /** Inputs and outputs, as in the class comment. */
  public static final String TOKENS = "tokens";

  public static final String POSITIONS = "positions";
  public static final String ROWS = "rows";
  public static final String TARGETS = "targets";
  public static final String SEED = "seed";
  public static final String LOG_PROBABILITIES = "log_probabilities";

  /**
   * What a site shows to the gradient kernel, as names of outputs; each is {@code [batch·tokens,
   * width]}.
   *
   * @param input x, the site's input; sites that read the same value share the name
   * @param down u = x Aᵀ
   * @param downGradient v, the gradient at u: g B, with alpha / rank in B
   * @param outputGradient g, the gradient at the site's output
   */
  public record Taps(
      LinearSite site, String input, String down, String downGradient, String outputGradient) {}

  private final Graph graph;
  private final List<Taps> taps;
  private final Map<String, String> gradients;

  private TrainingGraph(Graph graph, List<Taps> taps, Map<String, String> gradients) {
    this.graph = graph;
    this.taps = ImmutableList.copyOf(taps);
    this.gradients = ImmutableMap.copyOf(gradients);
  }

  /** Returns the graph that only scores. */
  public static TrainingGraph score(ModelConfig config, int tablePositions, MatrixPlan plan) {
    Parts parts = new Parts(config, tablePositions, plan, "score", Trained.ADAPTERS);
    return new TrainingGraph(parts.graph, List.of(), Map.of());
  }

  /**
   * Returns the graph that gives the taps of every site, from which a kernel forms any adapter
   * gradient.
   *
   * @param dropout whether every site takes a dropout mask
   */
  public static TrainingGraph taps(
      ModelConfig config, int tablePositions, MatrixPlan plan, boolean dropout) {
    Trained trained = dropout ? Trained.ADAPTERS_WITH_DROPOUT : Trained.ADAPTERS;
    Parts parts = new Parts(config, tablePositions, plan, "taps", trained);
    List<Value> wanted = new ArrayList<>();
    for (Decoder.SiteValues site : parts.decoder.siteValues()) {
      wanted.add(site.down());
      wanted.add(site.output());
    }
    Map<Value, Value> found = parts.backward(wanted);
    ImmutableList.Builder<Taps> taps = ImmutableList.builder();
    for (Decoder.SiteValues site : parts.decoder.siteValues()) {
      Value down = Lookup.required(found, site.down());
      Value output = Lookup.required(found, site.output());
      for (Value value : List.of(site.input(), site.down(), down, output)) {
        parts.graph.output(value);
      }
      taps.add(
          new Taps(
              site.site(), site.input().name(), site.down().name(), down.name(), output.name()));
    }
    return new TrainingGraph(parts.graph, taps.build(), Map.of());
  }

  /** Returns the graph that gives the gradient of every adapter factor itself. */
  public static TrainingGraph adapterGradients(
      ModelConfig config, int tablePositions, MatrixPlan plan) {
    Parts parts = new Parts(config, tablePositions, plan, "adapter_gradients", Trained.ADAPTERS);
    Map<String, Value> wanted = new LinkedHashMap<>();
    parts
        .adapters
        .values()
        .forEach(
            adapter -> {
              wanted.put(adapter.a().name(), adapter.a());
              wanted.put(adapter.b().name(), adapter.b());
            });
    return parts.withGradients(wanted);
  }

  /**
   * Returns the graph whose inputs are the weights themselves, and which gives the gradient of
   * each.
   */
  public static TrainingGraph weightGradients(ModelConfig config, int tablePositions) {
    Parts parts =
        new Parts(config, tablePositions, MatrixPlan.full(), "weight_gradients", Trained.WEIGHTS);
    return parts.withGradients(parts.weights);
  }

  /** Returns the graph. */
  public Graph graph() {
    return graph;
  }

  /** Returns the taps, for a graph that has them; otherwise an empty list. */
  public List<Taps> taps() {
    return taps;
  }

  /** Returns the output that holds the gradient of each input that is trained. */
  public Map<String, String> gradients() {
    return gradients;
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

  /** What a graph is for. */
  private enum Trained {
    ADAPTERS,
    ADAPTERS_WITH_DROPOUT,
    WEIGHTS
  }

  /** The forward pass, which all kinds share. */
  private static final class Parts {
    final Graph graph;
    final Operations operations;
    final Decoder decoder;
    final Map<String, Decoder.AdapterInputs> adapters;
    final Map<String, Value> weights = new LinkedHashMap<>();
    final Value logProbabilities;

    Parts(ModelConfig config, int tablePositions, MatrixPlan plan, String name, Trained trained) {
      graph = Graph.create(name);
      operations = new Operations(graph);
      Operations o = operations;
      Shape sequence = Shape.of("batch", "tokens");
      Value tokens = graph.input(TOKENS, ElementType.INT64, sequence);
      Value positions = graph.input(POSITIONS, ElementType.INT64, sequence);
      Value rows = graph.input(ROWS, ElementType.INT64, Shape.of("scored"));
      Value targets = graph.input(TARGETS, ElementType.INT64, Shape.of("scored", 1));
      boolean weightsAreInputs = trained == Trained.WEIGHTS;
      if (weightsAreInputs) {
        Checkpoint.expectedTensors(config)
            .forEach(
                (key, sizes) ->
                    weights.put(
                        key, graph.input(key, ElementType.FLOAT, Shape.of((Object[]) box(sizes)))));
        adapters = Map.of();
      } else {
        adapters = Decoder.adapterInputs(graph, config);
      }
      decoder =
          new Decoder(
              config,
              o,
              weightsAreInputs
                  ? new TrainedWeights(weights)
                  : Decoder.WeightSource.of(graph, plan, true),
              adapters,
              trained == Trained.ADAPTERS_WITH_DROPOUT
                  ? Decoder.dropoutInputs(graph, config)
                  : Map.of());
      SequenceAttention attention =
          new SequenceAttention(
              config, o, positions, positions, tablePositions, List.of(), List.of());
      Value flat = o.reshape(tokens, Shape.of("rows"), -1);
      Value hidden = o.rows(decoder.hidden(flat, attention), rows);
      logProbabilities = o.elements(o.logSoftmax(decoder.logits(hidden)), targets);
      graph.output(LOG_PROBABILITIES, logProbabilities);
    }

    Map<Value, Value> backward(List<Value> wanted) {
      Value seed = graph.input(SEED, ElementType.FLOAT, logProbabilities.shape());
      return Differentiation.gradients(operations, logProbabilities, seed, wanted);
    }

    TrainingGraph withGradients(Map<String, Value> wanted) {
      Map<Value, Value> found = backward(List.copyOf(wanted.values()));
      Map<String, String> gradients = new LinkedHashMap<>();
      wanted.forEach(
          (key, value) -> {
            Value gradient = Lookup.required(found, value);
            graph.output(gradient);
            gradients.put(key, gradient.name());
          });
      return new TrainingGraph(graph, List.of(), gradients);
    }

    private static Long[] box(long[] sizes) {
      Long[] boxed = new Long[sizes.length];
      for (int i = 0; i < sizes.length; i++) {
        boxed[i] = sizes[i];
      }
      return boxed;
    }
  }
}
