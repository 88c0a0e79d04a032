package dev.flowdpo.runtime.graph;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Attention of the tokens of a tree to those above them: training. A row holds a tree of tokens in
 * the order of a walk that finishes one branch before it begins the next; a plain sequence is a
 * tree of one branch. A token sees another that stands before it, or itself, where it still belongs
 * to the other's branch: {@code place(key) ≤ place(query) ≤ last(key)}, with the place of the last
 * token below each.
 *
 * <p>Query heads that share a key head are folded into rows, so that the scores of a key head are
 * one matrix product {@code [group·tokens, size] × [size, tokens]}. Long rows are cut into blocks
 * of queries: none of a block sees a key behind the block's end, so those are left out, and the
 * scores of one block at a time exist. With 4 blocks that is five eighths of the work.
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
  private final int blocks;

  // The tokens of each block, and of all blocks up to each.
  private final Value blockTokens;
  private final List<Value> ends = new ArrayList<>();
  private final Map<Value, List<Value>> cutBiases = new HashMap<>();

  /**
   * @param blocks into how many blocks the queries of a row are cut, at most as many as it has
   *     tokens
   * @param positions the position of every token in its text {@code [batch, tokens]}
   * @param lasts the place in the row of the last token below each {@code [batch, tokens]}
   */
  TreeAttention(
      ModelConfig config,
      Operations operations,
      int blocks,
      Value positions,
      Value lasts,
      int tablePositions) {
    this.config = config;
    this.blocks = blocks;
    this.operations = operations;
    this.positions = positions;
    this.rules = new AttentionRules(config, operations.graph(), tablePositions);
    this.batch = operations.sizes(positions, 0, 1);
    this.tokens = operations.sizes(positions, 1, 2);
    Operations o = operations;
    Value each = o.divide(tokens, o.graph().integers(blocks));
    for (int i = 1; i < blocks; i++) {
      ends.add(o.multiply(each, o.graph().integers(i)));
    }
    Value[] sizes = new Value[blocks];
    Arrays.fill(sizes, each);
    sizes[blocks - 1] = blocks == 1 ? tokens : o.subtract(tokens, ends.get(blocks - 2));
    this.blockTokens = o.sizeList(sizes);
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
    Value k = byHead(rules.turned(o, layer, bySequence(key), positions));
    Value v = byHead(bySequence(value));
    Value context = blocks == 1 ? context(q, k, v, 0, bias(layer)) : inBlocks(q, k, v, bias(layer));
    context =
        o.reshape(
            o.transpose(context, 0, 3, 1, 2, 4),
            Shape.of("rows", config.queryWidth()),
            -1,
            config.queryWidth());
    contexts.add(context);
    return context;
  }

  private Value bias(int layer) {
    return rules.slides(layer) ? slidingBias : bias;
  }

  /** Attention block by block, each to the keys up to its end. */
  private Value inBlocks(Value q, Value k, Value v, Value whole) {
    Operations o = operations;
    List<Value> queries = o.split(q, 3, blockTokens, blockDimensions());
    List<Value> keys = o.split(k, 2, blockTokens, blockDimensions());
    List<Value> values = o.split(v, 2, blockTokens, blockDimensions());
    List<Value> cut = cutBiases.computeIfAbsent(whole, this::cut);
    Value[] parts = new Value[blocks];
    for (int i = 0; i < blocks; i++) {
      boolean last = i == blocks - 1;
      parts[i] =
          context(
              queries.get(i), last ? k : upTo(keys, i), last ? v : upTo(values, i), i, cut.get(i));
    }
    return o.concatenate(3, q.shape().dimension(3), parts);
  }

  private Value upTo(List<Value> parts, int last) {
    return last == 0
        ? parts.get(0)
        : operations.concatenate(
            2, RunSizes.keysOfBlock(last), parts.subList(0, last + 1).toArray(Value[]::new));
  }

  /** The bias of each block, {@code [batch, 1, 1, tokens of the block, keys up to its end]}. */
  private List<Value> cut(Value whole) {
    Operations o = operations;
    List<Value> rows = o.split(whole, 3, blockTokens, blockDimensions());
    List<Value> cut = new ArrayList<>();
    for (int i = 0; i < blocks - 1; i++) {
      Value end = ends.get(i);
      cut.add(
          o.split(
                  rows.get(i),
                  4,
                  o.sizeList(end, o.subtract(tokens, end)),
                  i == 0 ? RunSizes.tokensOfBlock(0) : RunSizes.keysOfBlock(i),
                  RunSizes.unseenOfBlock(i))
              .get(0));
    }
    cut.add(rows.get(blocks - 1));
    return cut;
  }

  private Shape.Dimension[] blockDimensions() {
    return IntStream.range(0, blocks)
        .mapToObj(RunSizes::tokensOfBlock)
        .toArray(Shape.Dimension[]::new);
  }

  /**
   * Returns what queries take of values: {@code q [batch, heads, group, some, size]}, {@code k},
   * {@code v [batch, heads, keys, size]} and {@code bias [batch, 1, 1, some, keys]} give the shape
   * of q.
   */
  private Value context(Value q, Value k, Value v, int block, Value bias) {
    Operations o = operations;
    int heads = config.keyValueHeads();
    int group = config.attentionHeads() / heads;
    int size = config.headSize();
    Value some = o.sizes(q, 3, 4);
    Shape.Dimension rows =
        blocks == 1 ? new Shape.Dimension(-1, "queries") : RunSizes.queriesOfBlock(block);
    Value folded =
        o.reshape(q, Shape.of("batch", heads, "queries", size).with(2, rows), 0, heads, -1, size);
    Value scores = rules.capped(o, o.matrixProduct(folded, false, k, true, rules.scale()));
    Value masked =
        o.add(
            o.reshape(
                scores,
                q.shape().with(4, k.shape().dimension(2)),
                o.sizeList(batch, o.graph().integers(heads, group), some, o.sizes(k, 2, 3))),
            bias);
    Value weights = o.reshape(o.cast(o.softmax(masked), v.type()), scores.shape(), o.sizes(scores));
    return o.reshape(
        o.matrixProduct(weights, false, v, false, 1),
        q.shape(),
        o.sizeList(batch, o.graph().integers(heads, group), some, o.graph().integers(size)));
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
