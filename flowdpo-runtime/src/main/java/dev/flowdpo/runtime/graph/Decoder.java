package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.internal.Lookup;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The decoder-only transformer of the Llama family, written once. Prefill, chunk decoding and
 * training are this definition with another {@link Attention}; a backward pass is derived from it
 * by {@link Differentiation}.
 *
 * <p>Every linear layer carries a LoRA side branch {@code y = x Wᵀ + (x Aᵀ) Bᵀ} (Hu et al., arXiv
 * 2106.09685), where the factor alpha / rank is already in B. A and B are inputs of the graph, so
 * adapters change without a new session.
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

  /** Where the values of the weights come from: weights of the session, or inputs of the graph. */
  @FunctionalInterface
  interface WeightSource {
    Value weight(String name, Shape shape);
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
   *     module: 0, or 1 / (1 − p); empty for no dropout
   */
  Decoder(
      ModelConfig config,
      Operations operations,
      WeightSource weights,
      Map<String, AdapterInputs> adapters,
      Map<String, Value> dropoutMasks) {
    this.config = config;
    this.operations = operations;
    this.weights = weights;
    this.adapters = adapters;
    this.dropoutMasks = dropoutMasks;
    LinearSite.of(config).forEach(site -> sites.put(site.module(), site));
  }

  /** Declares the adapter inputs of every site. */
  static Map<String, AdapterInputs> adapterInputs(Graph graph, ModelConfig config) {
    Map<String, AdapterInputs> inputs = new LinkedHashMap<>();
    for (LinearSite site : LinearSite.of(config)) {
      Shape a = Shape.of("rank", site.inputs());
      Shape b = Shape.of(site.outputs(), "rank");
      inputs.put(
          site.module(),
          new AdapterInputs(
              graph.input(site.inputOfA(), ElementType.FLOAT, a),
              graph.input(site.inputOfB(), ElementType.FLOAT, b)));
    }
    return inputs;
  }

  /** Declares the dropout mask of every site. */
  static Map<String, Value> dropoutInputs(Graph graph, ModelConfig config) {
    Map<String, Value> inputs = new LinkedHashMap<>();
    for (LinearSite site : LinearSite.of(config)) {
      Shape shape = Shape.of("rows", site.inputs());
      inputs.put(site.module(), graph.input(site.inputOfDropout(), ElementType.FLOAT, shape));
    }
    return inputs;
  }

  /**
   * Returns the last hidden state, normalised: token ids {@code [rows]} give {@code [rows,
   * hidden]}.
   */
  Value hidden(Value tokens, Attention attention) {
    Value x = operations.rows(embeddings(), tokens);
    for (int layer = 0; layer < config.layers(); layer++) {
      String block = "model.layers." + layer + ".";
      Value n = norm(x, block + "input_layernorm.weight");
      Value context =
          attention.attend(
              layer,
              linear(n, block + "self_attn.q_proj"),
              linear(n, block + "self_attn.k_proj"),
              linear(n, block + "self_attn.v_proj"));
      x = operations.add(x, linear(context, block + "self_attn.o_proj"));
      n = norm(x, block + "post_attention_layernorm.weight");
      Value gate = operations.silu(linear(n, block + "mlp.gate_proj"));
      Value inner = operations.multiply(gate, linear(n, block + "mlp.up_proj"));
      x = operations.add(x, linear(inner, block + "mlp.down_proj"));
    }
    return norm(x, "model.norm.weight");
  }

  /**
   * Returns the scores of every vocabulary entry: {@code [rows, hidden]} gives {@code [rows,
   * vocabulary]}.
   */
  Value logits(Value hidden) {
    Value head =
        config.tiedEmbeddings()
            ? embeddings()
            : weights.weight(
                "lm_head.weight", Shape.of(config.vocabularySize(), config.hiddenSize()));
    return operations.linear(hidden, head);
  }

  /** Returns what flows through each site, in the order in which they run. */
  List<SiteValues> siteValues() {
    return ImmutableList.copyOf(siteValues.values());
  }

  private Value embeddings() {
    return weights.weight(
        "model.embed_tokens.weight", Shape.of(config.vocabularySize(), config.hiddenSize()));
  }

  private Value norm(Value x, String weight) {
    Value scale = weights.weight(weight, Shape.of(config.hiddenSize()));
    return operations.rootMeanSquareNorm(x, scale, (float) config.normEpsilon()).get(0);
  }

  private Value linear(Value x, String module) {
    LinearSite site = Lookup.required(sites, module);
    Value weight = weights.weight(site.weightName(), Shape.of(site.outputs(), site.inputs()));
    Value plain = operations.linear(x, weight);
    AdapterInputs adapter = adapters.get(module);
    if (adapter == null) {
      return plain;
    }
    Value mask = dropoutMasks.get(module);
    Value branch = mask == null ? x : operations.multiply(x, mask);
    Value down = operations.linear(branch, adapter.a());
    Value output = operations.linear(down, adapter.b(), plain);
    siteValues.put(module, new SiteValues(site, branch, down, output));
    return output;
  }
}
