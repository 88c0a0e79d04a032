package dev.flowdpo.runtime.graph;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention of the tokens of a tree to those above them: training. A row holds a tree of tokens in
 * the order of a walk that finishes one branch before it begins the next; a plain sequence is a
 * tree of one branch. A token sees another that stands before it, or itself, where it still belongs
 * to the other's branch: {@code place(key) ≤ place(query) ≤ last(key)}, with the place of the last
 * token below each.
 *
 * <p>Query heads that share a key head are folded into rows, so that the scores of a key head are
 * one matrix product {@code [group·tokens, size] × [size, tokens]}.
 */
final class TreeAttention implements Decoder.Attention {
  private final ModelConfig config;
  private final Operations operations;
  private final Value positions;
  private final AttentionRules rules;
  private final Value batch;
  private final Value tokens;
  private final Value bias;
  private final Value slidingBias;
  private final List<Value> contexts = new ArrayList<>();

  /**
   * @param positions the position of every token in its text {@code [batch, tokens]}
   * @param lasts the place in the row of the last token below each {@code [batch, tokens]}
   */
  TreeAttention(
      ModelConfig config, Operations operations, Value positions, Value lasts, int tablePositions) {
    this.config = config;
    this.operations = operations;
    this.positions = positions;
    this.rules = new AttentionRules(config, operations.graph(), tablePositions);
    this.batch = operations.sizes(positions, 0, 1);
    this.tokens = operations.sizes(positions, 1, 2);
    Operations o = operations;
    Value places = o.range(tokens, positions.shape().dimension(1));
    Value query = o.reshape(places, Shape.of("tokens", 1), -1, 1);
    Value other = o.or(o.greater(places, query), o.less(byKey(lasts), query));
    this.bias = bias(other);
    this.slidingBias =
        rules
            .window()
            .map(
                window -> {
                  Value from =
                      o.subtract(byQuery(positions), o.graph().integer(window.size() - 1L));
                  return bias(o.or(other, o.less(byKey(positions), from)));
                })
            .orElse(bias);
  }

  private Value byKey(Value perToken) {
    return operations.reshape(
        perToken,
        Shape.of("batch", 1, 1, 1, "tokens"),
        operations.sizeList(batch, operations.graph().integers(1, 1, 1), tokens));
  }

  private Value byQuery(Value perToken) {
    return operations.reshape(
        perToken,
        Shape.of("batch", 1, 1, "tokens", 1),
        operations.sizeList(
            batch, operations.graph().integers(1, 1), tokens, operations.graph().integers(1)));
  }

  private Value bias(Value hidden) {
    return operations.multiply(
        operations.cast(hidden, ElementType.FLOAT),
        operations.graph().real(SequenceAttention.MASKED));
  }

  @Override
  public Value attend(int layer, Value query, Value key, Value value) {
    Operations o = operations;
    int heads = config.keyValueHeads();
    int group = config.attentionHeads() / heads;
    int size = config.headSize();
    Value q =
        o.reshape(
            rules.turned(o, layer, bySequence(query), positions),
            Shape.of("batch", "tokens", heads, group, size),
            o.sizeList(batch, tokens, o.graph().integers(heads, group, size)));
    q = o.transpose(q, 0, 2, 3, 1, 4);
    q = o.reshape(q, Shape.of("batch", heads, "queries", size), 0, heads, -1, size);
    Value k = byHead(rules.turned(o, layer, bySequence(key), positions));
    Value v = byHead(bySequence(value));
    Value scores = rules.capped(o, o.matrixProduct(q, false, k, true, rules.scale()));
    Value masked =
        o.add(
            o.reshape(
                scores,
                Shape.of("batch", heads, group, "tokens", "tokens"),
                o.sizeList(batch, o.graph().integers(heads, group), tokens, tokens)),
            rules.slides(layer) ? slidingBias : bias);
    Value weights = o.reshape(o.cast(o.softmax(masked), v.type()), scores.shape(), o.sizes(scores));
    Value context =
        o.reshape(
            o.matrixProduct(weights, false, v, false, 1),
            Shape.of("batch", heads, group, "tokens", size),
            o.sizeList(batch, o.graph().integers(heads, group), tokens, o.graph().integers(size)));
    context =
        o.reshape(
            o.transpose(context, 0, 3, 1, 2, 4),
            Shape.of("rows", config.queryWidth()),
            -1,
            config.queryWidth());
    contexts.add(context);
    return context;
  }

  /**
   * Returns what is added to the scores of a key that a query must not see, one a kind of layer.
   */
  List<Value> biases() {
    return List.of(bias, slidingBias);
  }

  /** Returns what each layer's attention gave, in the order of the layers. */
  List<Value> contexts() {
    return contexts;
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
