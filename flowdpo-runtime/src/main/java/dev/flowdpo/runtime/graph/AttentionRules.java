package dev.flowdpo.runtime.graph;

import dev.flowdpo.runtime.checkpoint.DecoderVariant;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What attention does the same way in every graph of a model: turning queries and keys by their
 * positions, scaling and capping scores, and which layers see only a window.
 */
final class AttentionRules {
  private final ModelConfig config;
  private final Graph weights;
  private final int tablePositions;
  private final Map<Value, Value> tables = new HashMap<>();

  /**
   * @param weights the graph that declares the rotary tables
   */
  AttentionRules(ModelConfig config, Graph weights, int tablePositions) {
    this.config = config;
    this.weights = weights;
    this.tablePositions = tablePositions;
  }

  /**
   * Returns rows with each head turned by its position.
   *
   * @param x {@code [batch, tokens, heads·size]}
   * @param positions {@code [batch, tokens]}
   */
  Value turned(Operations o, int layer, Value x, Value positions) {
    Optional<RotaryTables.Angles> angles = RotaryTables.of(weights, config, tablePositions, layer);
    if (angles.isEmpty()) {
      return x;
    }
    Value cosine = inType(angles.get().cosine(), x.type());
    Value sine = inType(angles.get().sine(), x.type());
    if (config.rotarySize() == config.headSize()) {
      return o.rotary(x, positions, cosine, sine);
    }
    int heads = (int) (x.shape().dimension(-1).size() / config.headSize());
    return o.partialRotary(x, positions, cosine, sine, heads, config.rotarySize());
  }

  /** Converts a table once, outside of loops. */
  private Value inType(Value table, ElementType type) {
    return tables.computeIfAbsent(table, key -> new Operations(weights).cast(table, type));
  }

  /** Returns what products of queries and keys are multiplied by. */
  float scale() {
    return (float) config.attentionScale();
  }

  /**
   * Returns scores in 32 bits, within the model's soft cap, if it has one: {@code c · tanh(x / c)}.
   */
  Value capped(Operations o, Value products) {
    Value scores = o.cast(products, ElementType.FLOAT);
    return config.variant().attentionSoftCap().isPresent()
        ? o.softCap(scores, (float) config.variant().attentionSoftCap().getAsDouble())
        : scores;
  }

  /** Returns the window of the layers that have one that hides something. */
  Optional<DecoderVariant.Window> window() {
    return config.variant().window().filter(window -> window.size() < tablePositions);
  }

  /** Returns whether a layer's window hides something. */
  boolean slides(int layer) {
    return window().filter(window -> window.layers().contains(layer)).isPresent();
  }
}
