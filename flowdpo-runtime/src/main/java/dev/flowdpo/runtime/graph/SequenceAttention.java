package dev.flowdpo.runtime.graph;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Causal attention of several tokens a sequence, with or without keys and values from before:
 * prefill and training.
 *
 * <p>Query heads that share a key head are folded into rows, so that the scores of a key head are
 * one matrix product {@code [group·tokens, size] × [size, keys]}.
 */
final class SequenceAttention implements Decoder.Attention {
  /** Added to the score of a key that a query must not see. */
  static final float MASKED = ChunkGraph.MASKED;

  private final ModelConfig config;
  private final Operations operations;
  private final Value positions;
  private final AttentionRules rules;
  private final Value bias;
  private final Value slidingBias;
  private final Value batch;
  private final Value tokens;
  private final List<Value> pastKeys;
  private final List<Value> pastValues;
  private final List<Value> newKeys = new ArrayList<>();
  private final List<Value> newValues = new ArrayList<>();

  /**
   * @param positions the position of every token {@code [batch, tokens]}
   * @param keyPositions the position of every key {@code [batch, keys]}; that of padding lies past
   *     every query
   * @param pastKeys one {@code [batch, keyHeads, past, size]} a layer, or an empty list
   * @param pastValues as the keys
   */
  SequenceAttention(
      ModelConfig config,
      Operations operations,
      Value positions,
      Value keyPositions,
      int tablePositions,
      List<Value> pastKeys,
      List<Value> pastValues) {
    this.config = config;
    this.operations = operations;
    this.positions = positions;
    this.rules = new AttentionRules(config, operations.graph(), tablePositions);
    Mask mask = new Mask(operations, positions, keyPositions);
    this.bias = mask.causal();
    this.slidingBias = rules.window().map(window -> mask.sliding(window.size())).orElse(bias);
    this.batch = operations.sizes(positions, 0, 1);
    this.tokens = operations.sizes(positions, 1, 2);
    this.pastKeys = pastKeys;
    this.pastValues = pastValues;
  }

  /**
   * Which keys a query does not see, as what is added to the scores: {@code positions [batch,
   * tokens]} and {@code keyPositions [batch, keys]} give {@code [batch, 1, 1, tokens, keys]}.
   */
  private static final class Mask {
    private final Operations operations;
    private final Value query;
    private final Value key;

    Mask(Operations operations, Value positions, Value keyPositions) {
      Graph graph = operations.graph();
      Shape.Dimension batch = positions.shape().dimension(0);
      Shape.Dimension one = new Shape.Dimension(1, "");
      Shape.Dimension queries = positions.shape().dimension(1);
      Shape.Dimension keys = keyPositions.shape().dimension(1);
      this.operations = operations;
      this.query =
          operations.reshape(
              positions,
              new Shape(List.of(batch, one, one, queries, one)),
              operations.sizeList(operations.sizes(positions, 0, 1), graph.integers(1, 1, -1, 1)));
      this.key =
          operations.reshape(
              keyPositions,
              new Shape(List.of(batch, one, one, one, keys)),
              operations.sizeList(
                  operations.sizes(keyPositions, 0, 1), graph.integers(1, 1, 1, -1)));
    }

    /** Hides keys after the query. */
    Value causal() {
      return bias(operations.greater(key, query));
    }

    /** Hides keys after the query, and those {@code size} or more before it. */
    Value sliding(int size) {
      Value oldest = operations.subtract(query, operations.graph().integer(size - 1L));
      return bias(operations.or(operations.greater(key, query), operations.less(key, oldest)));
    }

    private Value bias(Value hidden) {
      return operations.multiply(
          operations.cast(hidden, ElementType.FLOAT), operations.graph().real(MASKED));
    }
  }

  @Override
  public Value attend(int layer, Value query, Value key, Value value) {
    Operations o = operations;
    int heads = config.keyValueHeads();
    int group = config.attentionHeads() / heads;
    int size = config.headSize();
    Value q = turned(layer, query);
    q =
        o.reshape(
            q,
            Shape.of("batch", "tokens", heads, group, size),
            o.sizeList(batch, tokens, o.graph().integers(heads, group, size)));
    q = o.transpose(q, 0, 2, 3, 1, 4);
    q = o.reshape(q, Shape.of("batch", heads, "queries", size), 0, heads, -1, size);
    Value k = byHead(turned(layer, key));
    Value v = byHead(value);
    newKeys.add(k);
    newValues.add(v);
    if (!pastKeys.isEmpty()) {
      Shape.Dimension keys = new Shape.Dimension(-1, "keys");
      k = o.concatenate(2, keys, pastKeys.get(layer), k);
      v = o.concatenate(2, keys, pastValues.get(layer), v);
    }
    Value scores = rules.capped(o, o.matrixProduct(q, false, k, true, rules.scale()));
    Shape.Dimension keys = k.shape().dimension(2);
    Value masked =
        o.add(
            o.reshape(
                scores,
                Shape.of("batch", heads, group, "tokens", 1).with(4, keys),
                o.sizeList(
                    batch, o.graph().integers(heads, group), tokens, o.graph().integers(-1))),
            rules.slides(layer) ? slidingBias : bias);
    Value weights = o.reshape(o.cast(o.softmax(masked), v.type()), scores.shape(), o.sizes(scores));
    Value context = o.matrixProduct(weights, false, v, false, 1);
    context =
        o.reshape(
            context,
            Shape.of("batch", heads, group, "tokens", size),
            o.sizeList(batch, o.graph().integers(heads, group), tokens, o.graph().integers(size)));
    context = o.transpose(context, 0, 3, 1, 2, 4);
    return o.reshape(context, Shape.of("rows", config.queryWidth()), -1, config.queryWidth());
  }

  /** Returns the keys of the new tokens, one {@code [batch, keyHeads, tokens, size]} a layer. */
  List<Value> newKeys() {
    return newKeys;
  }

  /** Returns the values of the new tokens, as the keys. */
  List<Value> newValues() {
    return newValues;
  }

  private Value turned(int layer, Value rows) {
    return rules.turned(operations, layer, bySequence(rows), positions);
  }

  private Value bySequence(Value rows) {
    long width = rows.shape().dimension(1).size();
    return operations.reshape(
        rows,
        Shape.of("batch", "tokens", width),
        operations.sizeList(batch, tokens, operations.graph().integers(width)));
  }

  private Value byHead(Value x) {
    int heads = config.keyValueHeads();
    int size = config.headSize();
    Value split =
        operations.reshape(
            x,
            Shape.of("batch", "tokens", heads, size),
            operations.sizeList(batch, tokens, operations.graph().integers(heads, size)));
    return operations.transpose(split, 0, 2, 1, 3);
  }
}
