package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.internal.Lookup;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The graphs that differentiate log-probabilities by an adapter: one of the forward pass, and one a
 * layer of the backward pass, which the caller runs from the last layer to the first. Between the
 * two the caller knows the log-probabilities and can say with what each counts, so that one pass
 * forward and one back serve any objective, also where completions share their prompt.
 *
 * <p>The forward pass keeps, of every layer, its input and what each linear layer and the attention
 * gave: {@code 2·hidden + 2·query + 2·keyValue + 2·feedForward} numbers a token, and a few of the
 * adapter's rank. The backward pass computes norms, activations and the weights of the attention
 * again from these. That keeps about a quarter of what a backward pass reads, costs no matrix
 * product with frozen weights a second time, and no memory that grows with the square of the length
 * but for one layer at a time.
 *
 * <p>Layers with the same nodes share one graph, whose weights are inputs ({@link GraphPart}).
 */
public final class GradientGraphs {
  private final Graph forward;
  private final List<Value> kept;
  private final List<Segment> segments;

  private GradientGraphs(Graph forward, Collection<Value> kept, List<Segment> segments) {
    this.forward = forward;
    this.kept = ImmutableList.copyOf(kept);
    this.segments = ImmutableList.copyOf(segments);
  }

  /**
   * One step of the backward pass.
   *
   * @param graph what to run; steps that are alike have the same
   * @param inputs what each input is fed: an input of the forward pass or what it kept, by name;
   *     but for {@code gradientInput}
   * @param weights the inputs that are weights of the model
   * @param gradientInput the input that takes what the step before gave, and at first the seed
   * @param gradient the output that the next step takes; the last one's is of no use
   * @param sites what gives the gradient of the adapter
   */
  public record Segment(
      Graph graph,
      Map<String, String> inputs,
      Map<String, Weight> weights,
      String gradientInput,
      Value gradient,
      List<SiteOutputs> sites) {}

  /** A weight of the model. */
  public record Weight(FrozenData data, Shape shape) {}

  /** What the graph tells of one site. */
  public sealed interface SiteOutputs {
    /** Returns the site. */
    LinearSite site();

    /** Returns the outputs of the step, without what the forward pass kept. */
    List<Value> outputs();
  }

  /**
   * What flows through a site; a kernel forms the gradient from it.
   *
   * @param input x, the site's input; sites that read the same value share it
   * @param down u = x Aᵀ, which the forward pass kept
   * @param downGradient v, the gradient at u: g B, with the factor of the adapter in B
   * @param outputGradient g, the gradient at the site's output
   * @param inputKept whether the forward pass kept x, or the step gives it
   */
  public record Taps(
      LinearSite site,
      Value input,
      Value down,
      Value downGradient,
      Value outputGradient,
      boolean inputKept)
      implements SiteOutputs {
    @Override
    public List<Value> outputs() {
      return inputKept
          ? List.of(downGradient, outputGradient)
          : List.of(input, downGradient, outputGradient);
    }
  }

  /** The gradients by both factors, as the graph's inputs have them. */
  public record FactorGradients(LinearSite site, Value ofA, Value ofB) implements SiteOutputs {
    @Override
    public List<Value> outputs() {
      return List.of(ofA, ofB);
    }
  }

  /**
   * Returns the graphs of a model.
   *
   * @param path what the backward pass gives
   * @param dropout whether every site takes a dropout mask
   * @param blocks as {@link TrainingGraph#blocks} says
   */
  public static GradientGraphs of(
      ModelConfig config,
      int tablePositions,
      MatrixPlan plan,
      GradientPath path,
      boolean dropout,
      int blocks) {
    return new Builder(config, tablePositions, plan, path, dropout, blocks, true).build();
  }

  /**
   * As {@link #of}, but every layer has a graph of its own that holds its weights: on a graphics
   * card the weights of layers that share a graph would cross the bus at every step.
   */
  public static GradientGraphs withWeights(
      ModelConfig config,
      int tablePositions,
      MatrixPlan plan,
      GradientPath path,
      boolean dropout,
      int blocks) {
    return new Builder(config, tablePositions, plan, path, dropout, blocks, false).build();
  }

  /** Returns the forward pass. */
  public Graph forward() {
    return forward;
  }

  /** Returns the outputs of the forward pass that the backward pass reads. */
  public List<Value> kept() {
    return kept;
  }

  /** Returns the steps of the backward pass, in their order. */
  public List<Segment> segments() {
    return segments;
  }

  private record Builder(
      ModelConfig config,
      int tablePositions,
      MatrixPlan plan,
      GradientPath path,
      boolean dropout,
      int blocks,
      boolean shared) {

    GradientGraphs build() {
      Graph graph = Graph.create("forward");
      Operations o = new Operations(graph);
      ForwardPass forward =
          new ForwardPass(
              config, o, blocks, decoder(o, Decoder.adapterInputs(graph, config)), tablePositions);
      graph.output(TrainingGraph.LOG_PROBABILITIES, forward.scores.chosen());
      Set<Value> kept = new LinkedHashSet<>();
      List<Segment> segments = new ArrayList<>();
      Map<ByteBuffer, Graph> alike = new HashMap<>();
      segments.add(head(forward, kept));
      for (int layer = config.layers() - 1; layer >= 0; layer--) {
        Segment segment = layer(layer, forward, kept);
        Graph known =
            alike.computeIfAbsent(
                ByteBuffer.wrap(OnnxModel.bytes(segment.graph)), bytes -> segment.graph);
        segments.add(
            new Segment(
                known,
                segment.inputs,
                segment.weights,
                segment.gradientInput,
                segment.gradient,
                segment.sites));
      }
      kept.forEach(graph::output);
      return new GradientGraphs(graph, kept, segments);
    }

    private Decoder decoder(Operations o, Map<String, Decoder.AdapterInputs> adapters) {
      Graph graph = o.graph();
      return new Decoder(
          config,
          o,
          Decoder.WeightSource.of(graph, plan, true),
          adapters,
          dropout ? Decoder.dropoutInputs(graph, config) : Map.of());
    }

    private Segment head(ForwardPass forward, Set<Value> kept) {
      Graph graph = Graph.create("head_gradients");
      Operations o = new Operations(graph);
      Value hidden = graph.input("hidden", plan.type(), forward.layerInputs.get(0).shape());
      ForwardPass.Scores scores =
          ForwardPass.Scores.of(
              o, decoder(o, Map.of()), hidden, ForwardPass.rows(graph), ForwardPass.targets(graph));
      Value seed = graph.input(TrainingGraph.SEED, ElementType.FLOAT, scores.chosen().shape());
      Value gradient =
          Lookup.required(
              Differentiation.gradients(o, scores.chosen(), seed, List.of(hidden)), hidden);
      Map<Value, Value> peers = new LinkedHashMap<>();
      peers.put(hidden, Iterables.getLast(forward.layerInputs));
      peers.put(scores.distribution(), forward.scores.distribution());
      GraphPart part = GraphPart.of(graph, peers.keySet(), List.of(gradient), data -> false);
      return segment(part, seed, gradient, List.of(), peers, kept);
    }

    private Segment layer(int layer, ForwardPass forward, Set<Value> kept) {
      Graph graph = Graph.create("layer_gradients");
      Operations o = new Operations(graph);
      Shape perToken = Shape.of("batch", "tokens");
      TreeAttention attention =
          new TreeAttention(
              config,
              o,
              blocks,
              graph.input(TrainingGraph.POSITIONS, ElementType.INT64, perToken),
              graph.input(TrainingGraph.LASTS, ElementType.INT64, perToken),
              tablePositions);
      Map<String, Decoder.AdapterInputs> adapters = Decoder.adapterInputs(graph, config);
      Decoder decoder = decoder(o, adapters);
      Value x = graph.input("x", plan.type(), forward.layerInputs.get(layer).shape());
      Value y = decoder.layer(layer, x, attention);
      Value seed = graph.input(TrainingGraph.SEED, y.type(), y.shape());

      List<Decoder.SiteValues> sites = decoder.siteValues();
      Map<Value, Value> peers = new LinkedHashMap<>();
      peers.put(x, forward.layerInputs.get(layer));
      for (int i = 0; i < attention.biases().size(); i++) {
        peers.put(attention.biases().get(i), forward.attention.biases().get(i));
      }
      peers.put(attention.contexts().get(0), forward.attention.contexts().get(layer));
      List<Value> differentiated = new ArrayList<>(List.of(x));
      for (int i = 0; i < sites.size(); i++) {
        Decoder.SiteValues site = sites.get(i);
        Decoder.SiteValues peer = forward.decoder.siteValues().get(layer * sites.size() + i);
        peers.put(site.down(), peer.down());
        peers.put(site.output(), peer.output());
        Decoder.AdapterInputs factors = Lookup.required(adapters, site.site().module());
        differentiated.addAll(
            path == GradientPath.TAPS
                ? List.of(site.down(), site.output())
                : List.of(factors.a(), factors.b()));
      }
      Map<Value, Value> found = Differentiation.gradients(o, y, seed, differentiated);
      // The gradient at the last site is the seed itself, and an input cannot be an output.
      found.replaceAll((value, gradient) -> gradient == seed ? o.identity(seed) : gradient);

      List<SiteOutputs> outputs = new ArrayList<>();
      Value gradient = Lookup.required(found, x);
      Set<Value> wanted = new LinkedHashSet<>(List.of(gradient));
      for (int i = 0; i < sites.size(); i++) {
        SiteOutputs ofSite =
            outputs(
                sites.get(i),
                Lookup.required(found, differentiated.get(1 + 2 * i)),
                Lookup.required(found, differentiated.get(2 + 2 * i)),
                peers);
        outputs.add(ofSite);
        wanted.addAll(ofSite.outputs());
        if (ofSite instanceof Taps taps) {
          kept.add(taps.down);
          if (taps.inputKept) {
            kept.add(taps.input);
          }
        }
      }
      GraphPart part =
          GraphPart.of(
              graph, peers.keySet(), wanted, data -> shared && !RotaryTables.isTable(data));
      return segment(part, seed, gradient, outputs, peers, kept);
    }

    private SiteOutputs outputs(
        Decoder.SiteValues site, Value first, Value second, Map<Value, Value> peers) {
      if (path == GradientPath.IN_GRAPH) {
        return new FactorGradients(site.site(), first, second);
      }
      boolean inputKept = peers.containsKey(site.input());
      return new Taps(
          site.site(),
          peers.getOrDefault(site.input(), site.input()),
          Lookup.required(peers, site.down()),
          first,
          second,
          inputKept);
    }

    /**
     * Describes a part to those who run it.
     *
     * @param peers the values of the forward pass that stand for the given ones
     * @param kept receives those that the part reads
     */
    private static Segment segment(
        GraphPart part,
        Value seed,
        Value gradient,
        List<SiteOutputs> sites,
        Map<Value, Value> peers,
        Set<Value> kept) {
      ImmutableMap.Builder<String, String> inputs = ImmutableMap.builder();
      String gradientInput = "";
      for (Map.Entry<String, Value> input : part.inputs().entrySet()) {
        Value peer = peers.get(input.getValue());
        if (input.getValue() == seed) {
          gradientInput = input.getKey();
        } else if (peer != null) {
          kept.add(peer);
          inputs.put(input.getKey(), peer.name());
        } else {
          inputs.put(input.getKey(), input.getValue().name());
        }
      }
      return new Segment(
          part.graph(), inputs.buildOrThrow(), part.weights(), gradientInput, gradient, sites);
    }
  }
}
