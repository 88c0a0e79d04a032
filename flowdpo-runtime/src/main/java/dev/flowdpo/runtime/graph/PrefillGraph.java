package dev.flowdpo.runtime.graph;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The graph that reads several tokens a sequence at once, after keys and values that were computed
 * before: prompts, and the Stop judge's questions.
 *
 * <p>Inputs: {@code tokens}, {@code positions [batch, tokens]}; {@code key_positions [batch, past +
 * tokens]}; {@code last [batch]}, the row of each sequence's last token in {@code [batch·tokens]};
 * {@code candidates [n]}, token ids; {@code past_key.L}, {@code past_value.L [batch, keyHeads,
 * past, size]} in the type of the matrices, and the adapter's factors.
 *
 * <p>Outputs: {@code log_probabilities [batch, n]} of the candidates after the last token, and
 * {@code key.L}, {@code value.L [batch, keyHeads, tokens, size]} of the new tokens.
 */
public final class PrefillGraph {
  /** Inputs and outputs, as in the class comment. */
  public static final String TOKENS = "tokens";

  public static final String POSITIONS = "positions";
  public static final String KEY_POSITIONS = "key_positions";
  public static final String LAST = "last";
  public static final String CANDIDATES = "candidates";
  public static final String LOG_PROBABILITIES = "log_probabilities";

  private PrefillGraph() {}

  /**
   * Builds the graph.
   *
   * @param tablePositions the number of positions in the rotary tables, which bounds the length of
   *     a sequence
   */
  public static Graph build(ModelConfig config, int tablePositions, MatrixPlan plan) {
    Graph graph = Graph.create("prefill");
    Operations o = new Operations(graph);
    Value tokens = graph.input(TOKENS, ElementType.INT64, Shape.of("batch", "tokens"));
    Value positions = graph.input(POSITIONS, ElementType.INT64, Shape.of("batch", "tokens"));
    Value keyPositions = graph.input(KEY_POSITIONS, ElementType.INT64, Shape.of("batch", "keys"));
    Value last = graph.input(LAST, ElementType.INT64, Shape.of("batch"));
    Value candidates = graph.input(CANDIDATES, ElementType.INT64, Shape.of("candidates"));
    Shape past = Shape.of("batch", config.keyValueHeads(), "past", config.headSize());
    List<Value> pastKeys = new ArrayList<>();
    List<Value> pastValues = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      pastKeys.add(graph.input(pastKey(layer), plan.type(), past));
      pastValues.add(graph.input(pastValue(layer), plan.type(), past));
    }
    SequenceAttention attention =
        new SequenceAttention(
            config, o, positions, keyPositions, tablePositions, pastKeys, pastValues);
    Decoder decoder =
        new Decoder(
            config,
            o,
            Decoder.WeightSource.of(graph, plan, false),
            Decoder.adapterInputs(graph, config, plan.type()));
    Value rows = o.reshape(tokens, Shape.of("rows"), -1);
    Value hidden = o.rows(decoder.hidden(rows, attention), last);
    Value logProbabilities = o.logSoftmax(decoder.logits(hidden));
    graph.output(LOG_PROBABILITIES, o.columns(logProbabilities, candidates));
    for (int layer = 0; layer < config.layers(); layer++) {
      graph.output(key(layer), attention.newKeys().get(layer));
      graph.output(value(layer), attention.newValues().get(layer));
    }
    return graph;
  }

  /** Returns the input for the keys before the new tokens. */
  public static String pastKey(int layer) {
    return "past_key." + layer;
  }

  /** Returns the input for the values before the new tokens. */
  public static String pastValue(int layer) {
    return "past_value." + layer;
  }

  /** Returns the output with the keys of the new tokens. */
  public static String key(int layer) {
    return "key." + layer;
  }

  /** Returns the output with the values of the new tokens. */
  public static String value(int layer) {
    return "value." + layer;
  }
}
