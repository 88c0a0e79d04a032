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
  private final Value bias;
  private final Value cosine;
  private final Value sine;
  private final Value batch;
  private final Value tokens;
  private final List<Value> pastKeys;
  private final List<Value> pastValues;
  private final List<Value> newKeys = new ArrayList<>();
  private final List<Value> newValues = new ArrayList<>();

  /**
   * @param positions the position of every token {@code [batch, tokens]}
   * @param bias what is added to the scores {@code [batch, 1, 1, tokens, keys]}: see {@link
   *     #causalBias}
   * @param pastKeys one {@code [batch, keyHeads, past, size]} a layer, or an empty list
   * @param pastValues as the keys
   */
  SequenceAttention(
      ModelConfig config,
      Operations operations,
      Value positions,
      Value bias,
      int tablePositions,
      List<Value> pastKeys,
      List<Value> pastValues) {
    this.config = config;
    this.operations = operations;
    this.positions = positions;
    this.bias = bias;
    this.cosine = RotaryTables.cosine(operations.graph(), config, tablePositions);
    this.sine = RotaryTables.sine(operations.graph(), config, tablePositions);
    this.batch = operations.sizes(positions, 0, 1);
    this.tokens = operations.sizes(positions, 1, 2);
    this.pastKeys = pastKeys;
    this.pastValues = pastValues;
  }

  /**
   * Returns the bias that hides keys after the query: {@code positions [batch, tokens]} and {@code
   * keyPositions [batch, keys]} give {@code [batch, 1, 1, tokens, keys]}. A key that is only
   * padding has a position past every query.
   */
  static Value causalBias(Operations operations, Value positions, Value keyPositions) {
    Graph graph = operations.graph();
    Shape.Dimension batch = positions.shape().dimension(0);
    Shape.Dimension one = new Shape.Dimension(1, "");
    Shape.Dimension queries = positions.shape().dimension(1);
    Shape.Dimension keys = keyPositions.shape().dimension(1);
    Value query =
        operations.reshape(
            positions,
            new Shape(List.of(batch, one, one, queries, one)),
            operations.sizeList(operations.sizes(positions, 0, 1), graph.integers(1, 1, -1, 1)));
    Value key =
        operations.reshape(
            keyPositions,
            new Shape(List.of(batch, one, one, one, keys)),
            operations.sizeList(operations.sizes(keyPositions, 0, 1), graph.integers(1, 1, 1, -1)));
    Value hidden = operations.cast(operations.greater(key, query), ElementType.FLOAT);
    return operations.multiply(hidden, graph.real(MASKED));
  }

  @Override
  public Value attend(int layer, Value query, Value key, Value value) {
    Operations o = operations;
    int heads = config.keyValueHeads();
    int group = config.attentionHeads() / heads;
    int size = config.headSize();
    Value q = turned(query);
    q =
        o.reshape(
            q,
            Shape.of("batch", "tokens", heads, group, size),
            o.sizeList(batch, tokens, o.graph().integers(heads, group, size)));
    q = o.transpose(q, 0, 2, 3, 1, 4);
    q = o.reshape(q, Shape.of("batch", heads, "queries", size), 0, heads, -1, size);
    Value k = byHead(turned(key));
    Value v = byHead(value);
    newKeys.add(k);
    newValues.add(v);
    if (!pastKeys.isEmpty()) {
      Shape.Dimension keys = new Shape.Dimension(-1, "keys");
      k = o.concatenate(2, keys, pastKeys.get(layer), k);
      v = o.concatenate(2, keys, pastValues.get(layer), v);
    }
    float scale = (float) (1 / Math.sqrt(size));
    Value scores = o.matrixProduct(q, false, k, true, scale);
    Shape.Dimension keys = k.shape().dimension(2);
    Value masked =
        o.add(
            o.reshape(
                scores,
                Shape.of("batch", heads, group, "tokens", 1).with(4, keys),
                o.sizeList(
                    batch, o.graph().integers(heads, group), tokens, o.graph().integers(-1))),
            bias);
    Value weights = o.reshape(o.softmax(masked), scores.shape(), o.sizes(scores));
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

  private Value turned(Value rows) {
    return operations.rotary(bySequence(rows), positions, cosine, sine);
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
