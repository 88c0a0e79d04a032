package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.runtime.checkpoint.DecoderVariant;
import dev.flowdpo.runtime.checkpoint.LayerNorm;
import dev.flowdpo.runtime.checkpoint.LinearLayer;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.ModelTensor;
import dev.flowdpo.runtime.checkpoint.ParameterKind;
import dev.flowdpo.runtime.checkpoint.TensorNames;
import dev.flowdpo.runtime.internal.Lookup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The decoder-only transformer, written once for all architectures: what differs between them is
 * read from {@link DecoderVariant}. Prefill, chunk decoding and training are this definition with
 * another {@link Attention}; a backward pass is derived from it by {@link Differentiation}.
 *
 * <p>Every linear layer carries a LoRA side branch {@code y = x Wᵀ + (x Aᵀ) Bᵀ} (Hu et al., arXiv
 * 2106.09685), where the factor alpha / rank is already in B. A and B are inputs of the graph, so
 * adapters change without a new session; with factors of rank 0 the branch is no work.
 *
 * <p>Rows are in the type of the matrices, 32 bits or 16. In 16 bits, norms compute in 32 bits
 * inside, scores of attention and of the vocabulary are in 32 bits before their softmax, and the
 * branch of an adapter that learns is in 32 bits, as its gradient is.
 */
final class Decoder {
  /**
   * The attention between the projections: rows {@code [rows, width]} in, {@code [rows,
   * heads·size]} out.
   */
  @FunctionalInterface
  interface Attention {
    Value attend(int layer, Value query, Value key, Value value);
  }

  /** Where the weights come from: weights of the session, or inputs of the graph. */
  interface WeightSource {
    /** Returns a vector of the checkpoint. */
    Value vector(String tensor, long size);

    /** Returns a matrix of the checkpoint. */
    FrozenMatrix matrix(ModelTensor tensor);

    /**
     * Returns matrices that read the same input, one below the other, where one product of all is
     * faster and does.
     */
    default Optional<FrozenMatrix> joined(List<ModelTensor> tensors) {
      return Optional.empty();
    }

    /**
     * Returns the weights of a graph's session.
     *
     * @param exact whether quantised matrices compute exactly
     */
    static WeightSource of(Graph graph, MatrixPlan plan, boolean exact) {
      Operations operations = new Operations(graph);
      Map<String, Value> vectors = new HashMap<>();
      return new WeightSource() {
        @Override
        public Value vector(String tensor, long size) {
          return vectors.computeIfAbsent(
              tensor, key -> operations.cast(graph.weight(tensor, Shape.of(size)), plan.type()));
        }

        @Override
        public FrozenMatrix matrix(ModelTensor tensor) {
          return plan.matrix(graph, tensor, exact);
        }

        @Override
        public Optional<FrozenMatrix> joined(List<ModelTensor> tensors) {
          return exact ? Optional.empty() : plan.joined(graph, tensors);
        }
      };
    }
  }

  /** The A and B inputs of one site. */
  record AdapterInputs(Value a, Value b) {}

  /**
   * What flows through a site.
   *
   * @param input x {@code [rows, inputs]}, after dropout
   * @param down u = x Aᵀ {@code [rows, rank]}
   * @param output y {@code [rows, outputs]}
   */
  record SiteValues(LinearSite site, Value input, Value down, Value output) {}

  private final ModelConfig config;
  private final DecoderVariant variant;
  private final Operations operations;
  private final WeightSource weights;
  private final Map<String, LinearSite> sites = new HashMap<>();
  private final Map<String, AdapterInputs> adapters;
  private final Map<String, Value> dropoutMasks;
  private final Map<String, SiteValues> siteValues = new LinkedHashMap<>();

  /**
   * @param adapters the adapter inputs by module; empty for a decoder without side branches
   */
  Decoder(
      ModelConfig config,
      Operations operations,
      WeightSource weights,
      Map<String, AdapterInputs> adapters) {
    this(config, operations, weights, adapters, Map.of());
  }

  /**
   * @param dropoutMasks what the input of a side branch is multiplied by {@code [rows, inputs]}, by
   *     module: 0 or 1; the factor 1 / (1 − p) is in B; empty for no dropout
   */
  Decoder(
      ModelConfig config,
      Operations operations,
      WeightSource weights,
      Map<String, AdapterInputs> adapters,
      Map<String, Value> dropoutMasks) {
    this.config = config;
    this.variant = config.variant();
    this.operations = operations;
    this.weights = weights;
    this.adapters = adapters;
    this.dropoutMasks = dropoutMasks;
    LinearSite.of(config).forEach(site -> sites.put(site.module(), site));
  }

  /** Declares the adapter inputs of every site, in 32 bits. */
  static Map<String, AdapterInputs> adapterInputs(Graph graph, ModelConfig config) {
    return adapterInputs(graph, config, ElementType.FLOAT);
  }

  /** Declares the adapter inputs of every site, and converts them once, for many steps. */
  static Map<String, AdapterInputs> adapterInputs(
      Graph graph, ModelConfig config, ElementType type) {
    Operations o = new Operations(graph);
    Map<String, AdapterInputs> inputs = new LinkedHashMap<>();
    for (LinearSite site : LinearSite.of(config)) {
      Shape a = Shape.of("rank", site.inputs());
      Shape b = Shape.of(site.outputs(), "rank");
      inputs.put(
          site.module(),
          new AdapterInputs(
              o.cast(graph.input(site.inputOfA(), ElementType.FLOAT, a), type),
              o.cast(graph.input(site.inputOfB(), ElementType.FLOAT, b), type)));
    }
    return inputs;
  }

  /** Declares the dropout mask of every site. */
  static Map<String, Value> dropoutInputs(Graph graph, ModelConfig config) {
    Map<String, Value> inputs = new LinkedHashMap<>();
    for (LinearSite site : LinearSite.of(config)) {
      Shape shape = Shape.of("rows", site.inputs());
      inputs.put(site.module(), graph.input(site.inputOfDropout(), ElementType.UINT8, shape));
    }
    return inputs;
  }

  /**
   * Returns the last hidden state, normalised: token ids {@code [rows]} give {@code [rows,
   * hidden]}.
   */
  Value hidden(Value tokens, Attention attention) {
    Value x = embedded(tokens);
    for (int layer = 0; layer < config.layers(); layer++) {
      x = layer(layer, x, attention);
    }
    return normalised(x);
  }

  /** Returns what the first layer reads: token ids {@code [rows]} give {@code [rows, hidden]}. */
  Value embedded(Value tokens) {
    return scaled(embeddings().rows(operations, tokens), variant.embeddingMultiplier());
  }

  /** Returns what a layer makes of its input, {@code [rows, hidden]} both. */
  Value layer(int layer, Value x, Attention attention) {
    Value attended = attention(layer, norm(x, layer, LayerNorm.BEFORE_ATTENTION), attention);
    Value middle = residual(x, norm(attended, layer, LayerNorm.AFTER_ATTENTION));
    Value inner = feedForward(layer, norm(middle, layer, LayerNorm.BEFORE_FEED_FORWARD));
    return residual(middle, norm(inner, layer, LayerNorm.AFTER_FEED_FORWARD));
  }

  /** Returns what the last layer gave, normalised. */
  Value normalised(Value x) {
    return norm(x, config.names().lastNorm(), config.hiddenSize());
  }

  private Value residual(Value x, Value added) {
    return operations.add(x, scaled(added, variant.residualMultiplier()));
  }

  private Value scaled(Value x, double factor) {
    return factor == 1 ? x : operations.multiply(x, (float) factor);
  }

  private Value attention(int layer, Value n, Attention attention) {
    List<Value> parts =
        variant.fusedProjections()
            ? parts(
                linear(n, layer, LinearLayer.QUERY_KEY_VALUE),
                config.queryWidth(),
                config.keyValueWidth(),
                config.keyValueWidth())
            : linears(n, layer, LinearLayer.QUERY, LinearLayer.KEY, LinearLayer.VALUE);
    Value query = parts.get(0);
    Value key = parts.get(1);
    query = norm(query, layer, LayerNorm.QUERY);
    key = norm(key, layer, LayerNorm.KEY);
    Value context = attention.attend(layer, query, key, parts.get(2));
    return linear(context, layer, LinearLayer.OUTPUT);
  }

  private Value feedForward(int layer, Value n) {
    int inner = config.feedForwardSize();
    List<Value> parts =
        variant.fusedProjections()
            ? parts(linear(n, layer, LinearLayer.GATE_UP), inner, inner)
            : linears(n, layer, LinearLayer.GATE, LinearLayer.UP);
    Value gated = operations.multiply(activation(parts.get(0)), parts.get(1));
    return linear(gated, layer, LinearLayer.DOWN);
  }

  private Value activation(Value gate) {
    return switch (variant.activation()) {
      case SILU -> operations.silu(gate);
      case GELU -> operations.gelu(gate, false);
      case GELU_TANH -> operations.gelu(gate, true);
    };
  }

  /** Splits rows into columns of these widths. */
  private List<Value> parts(Value rows, long... widths) {
    Shape.Dimension[] dimensions = new Shape.Dimension[widths.length];
    Arrays.setAll(dimensions, i -> new Shape.Dimension(widths[i], ""));
    return operations.split(rows, 1, operations.graph().integers(widths), dimensions);
  }

  /**
   * Returns the scores of every vocabulary entry, in 32 bits: {@code [rows, hidden]} gives {@code
   * [rows, vocabulary]}.
   */
  Value logits(Value hidden) {
    FrozenMatrix head =
        config.tiedEmbeddings()
            ? embeddings()
            : vocabulary(config.names().vocabularyProjection(), ParameterKind.HEAD);
    Value products = operations.cast(head.linear(operations, hidden), ElementType.FLOAT);
    Value logits = scaled(products, 1 / variant.logitDivisor());
    return variant.logitSoftCap().isPresent()
        ? operations.softCap(logits, (float) variant.logitSoftCap().getAsDouble())
        : logits;
  }

  /** Returns what flows through each site, in the order in which they run. */
  List<SiteValues> siteValues() {
    return ImmutableList.copyOf(siteValues.values());
  }

  private FrozenMatrix embeddings() {
    return vocabulary(config.names().embeddings(), ParameterKind.EMBEDDING);
  }

  private FrozenMatrix vocabulary(String module, ParameterKind kind) {
    String tensor = TensorNames.weight(module);
    return weights.matrix(
        ModelTensor.matrix(tensor, kind, config.vocabularySize(), config.hiddenSize()));
  }

  /** Returns x normalised, or x itself where the model's layers have no such norm. */
  private Value norm(Value x, int layer, LayerNorm norm) {
    if (!norm.isIn(variant)) {
      return x;
    }
    String module = config.names().module(layer, norm);
    int width = norm.width(config);
    long row = x.shape().dimension(1).size();
    if (row == width) {
      return norm(x, module, width);
    }
    Value parts =
        operations.reshape(x, Shape.of("rows", row / width, width), -1, row / width, width);
    return operations.reshape(norm(parts, module, width), x.shape(), -1, row);
  }

  private Value norm(Value x, String module, int width) {
    Value scale = weights.vector(TensorNames.weight(module), width);
    if (variant.normWeightsFromOne()) {
      scale = operations.add(scale, 1);
    }
    return operations.rootMeanSquareNorm(x, scale, (float) config.normEpsilon()).get(0);
  }

  /** Returns what linear layers make of the same x, in their order. */
  private List<Value> linears(Value x, int layer, LinearLayer... layers) {
    List<LinearSite> read = Arrays.stream(layers).map(linear -> site(layer, linear)).toList();
    Optional<FrozenMatrix> joined = weights.joined(read.stream().map(Decoder::matrix).toList());
    if (joined.isEmpty()) {
      return Arrays.stream(layers).map(linear -> linear(x, layer, linear)).toList();
    }
    long[] widths = read.stream().mapToLong(LinearSite::outputs).toArray();
    List<Value> products = parts(joined.get().linear(operations, x), widths);
    List<Value> outputs = new ArrayList<>();
    for (int i = 0; i < layers.length; i++) {
      LinearSite site = read.get(i);
      Value plain =
          layers[i].hasBias(config)
              ? operations.add(products.get(i), weights.vector(site.biasName(), site.outputs()))
              : products.get(i);
      outputs.add(withBranch(site, x, plain));
    }
    return outputs;
  }

  private Value linear(Value x, int layer, LinearLayer linear) {
    LinearSite site = site(layer, linear);
    FrozenMatrix matrix = weights.matrix(matrix(site));
    Value plain =
        linear.hasBias(config)
            ? matrix.linear(operations, x, weights.vector(site.biasName(), site.outputs()))
            : matrix.linear(operations, x);
    return withBranch(site, x, plain);
  }

  private LinearSite site(int layer, LinearLayer linear) {
    return Lookup.required(sites, linear.module(config, layer));
  }

  private static ModelTensor matrix(LinearSite site) {
    return ModelTensor.matrix(
        site.weightName(), ParameterKind.LINEAR, site.outputs(), site.inputs());
  }

  /** Adds the side branch of a site to what its matrix makes of x. */
  private Value withBranch(LinearSite site, Value x, Value plain) {
    AdapterInputs adapter = adapters.get(site.module());
    if (adapter == null) {
      return plain;
    }
    Value mask = dropoutMasks.get(site.module());
    Value input = operations.cast(x, adapter.a().type());
    Value branch =
        mask == null ? input : operations.multiply(input, operations.cast(mask, input.type()));
    Value down = operations.linear(branch, adapter.a());
    Value output =
        down.type() == plain.type()
            ? operations.linear(down, adapter.b(), plain)
            : operations.add(
                plain, operations.cast(operations.linear(down, adapter.b()), plain.type()));
    siteValues.put(site.module(), new SiteValues(site, branch, down, output));
    return output;
  }
}
