package dev.flowdpo.runtime.graph;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attention of one new token a row inside the decoding loop: over the prefix, which belongs to the
 * graph around the loop and is shared by all rows of a group, and over the chunk so far, which the
 * loop carries.
 *
 * <p>Rows are ordered by group: {@code rows = groups · rollouts}. Prefix scores of one key head are
 * one product {@code [rollouts·group, size] × [size, prefix]}; the scores over prefix and chunk are
 * joined before the softmax.
 */
final class ChunkAttention implements Decoder.Attention {
  private final ModelConfig config;
  private final Operations outer;
  private final Operations body;
  private final Value positions;
  private final AttentionRules rules;
  private final List<Value> prefixKeys;
  private final List<Value> prefixValues;
  private final Value prefixBias;
  private final List<Value> chunkKeys;
  private final List<Value> chunkValues;
  private final List<Value> extendedKeys = new ArrayList<>();
  private final List<Value> extendedValues = new ArrayList<>();
  private final Value groups;
  private final Optional<SlidingBias> sliding;

  // Sizes that all layers share: of the chunk with the new token, and of what is reshaped by it.
  private final Value chunkSize;
  private final Value foldedChunk;
  private final Value unfoldedChunk;
  private final Value prefixAndChunk;

  /**
   * @param outer the operations of the graph around the loop
   * @param body the operations of the loop's body
   * @param positions the position of the new token of every row {@code [rows, 1]}
   * @param prefixKeys one {@code [groups, keyHeads, prefix, size]} a layer
   * @param prefixBias {@code [groups, 1, 1, prefix]}: 0, or a large negative number at padding
   * @param chunkKeys one {@code [groups, keyHeads, rollouts, chunk, size]} a layer
   */
  ChunkAttention(
      ModelConfig config,
      Operations outer,
      Operations body,
      Value positions,
      int tablePositions,
      List<Value> prefixKeys,
      List<Value> prefixValues,
      Value prefixBias,
      List<Value> chunkKeys,
      List<Value> chunkValues) {
    this.config = config;
    this.outer = outer;
    this.body = body;
    this.positions = positions;
    this.rules = new AttentionRules(config, outer.graph(), tablePositions);
    this.prefixKeys = prefixKeys;
    this.prefixValues = prefixValues;
    this.prefixBias = prefixBias;
    this.chunkKeys = chunkKeys;
    this.chunkValues = chunkValues;
    this.groups = outer.sizes(prefixBias, 0, 1);
    Value one = outer.graph().integers(1);
    this.chunkSize = body.add(body.sizes(chunkKeys.get(0), 3, 4), one);
    int heads = config.keyValueHeads();
    int group = config.attentionHeads() / heads;
    this.foldedChunk = body.sizeList(headSizes(heads, -1), chunkSize);
    this.unfoldedChunk = body.sizeList(headSizes(heads, -1, group), chunkSize);
    this.prefixAndChunk = body.sizeList(outer.sizes(prefixBias, 3, 4), chunkSize);
    this.sliding = rules.window().map(window -> slidingBias(window.size()));
  }

  /**
   * What layers with a sliding window add to scores: over the prefix {@code [groups, 1, 1,
   * prefix]}, padding included, and over the chunk {@code [chunk]}.
   */
  private record SlidingBias(Value prefix, Value chunk) {}

  /**
   * Hides keys {@code size} or more before the new token. Rows of a group have the same prefix, so
   * their tokens have the same position; the chunk's last key is that of the new token in every
   * row.
   */
  private SlidingBias slidingBias(int size) {
    Graph constants = outer.graph();
    Value byGroup = body.reshape(positions, Shape.of("groups", "rollouts"), headSizes(-1));
    Value position = body.columns(byGroup, constants.integers(0));
    Value oldest = body.subtract(position, constants.integer(size - 1L));
    Value places = outer.range(outer.sizes(prefixBias, 3, 4), prefixBias.shape().dimension(3));
    Value hidden = body.cast(body.less(places, oldest), ElementType.FLOAT);
    Value overPrefix =
        body.reshape(
            body.multiply(hidden, constants.real(ChunkGraph.MASKED)),
            prefixBias.shape(),
            headSizes(1, 1, -1));
    Value early =
        body.less(
            body.range(chunkSize, new Shape.Dimension(-1, "chunk")),
            body.subtract(chunkSize, constants.integers(size)));
    Value overChunk =
        body.multiply(body.cast(early, ElementType.FLOAT), constants.real(ChunkGraph.MASKED));
    return new SlidingBias(body.add(prefixBias, overPrefix), overChunk);
  }

  @Override
  public Value attend(int layer, Value query, Value key, Value value) {
    Operations o = body;
    int heads = config.keyValueHeads();
    int group = config.attentionHeads() / heads;
    int size = config.headSize();
    Value q = byHead(turned(layer, query), group);
    Value k = extend(chunkKeys.get(layer), byHead(turned(layer, key), 1));
    Value v = extend(chunkValues.get(layer), byHead(o.unsqueeze(value, 1), 1));
    extendedKeys.add(k);
    extendedValues.add(v);

    Optional<SlidingBias> window = sliding.filter(found -> rules.slides(layer));
    float scale = rules.scale();
    Value folded = o.reshape(q, Shape.of("groups", heads, "folded", size), foldedSizes(size));
    Value overPrefix =
        rules.capped(o, o.matrixProduct(folded, false, prefixKeys.get(layer), true, scale));
    overPrefix = o.add(overPrefix, window.map(SlidingBias::prefix).orElse(prefixBias));
    Value overChunk = rules.capped(o, o.matrixProduct(q, false, k, true, scale));
    overChunk = o.reshape(overChunk, Shape.of("groups", heads, "folded", "chunk"), foldedChunk);
    if (window.isPresent()) {
      overChunk = o.add(overChunk, window.get().chunk());
    }
    Value scores = o.concatenate(3, new Shape.Dimension(-1, "keys"), overPrefix, overChunk);
    Value weights = o.cast(o.softmax(scores), v.type());
    List<Value> parts =
        o.split(
            weights,
            3,
            prefixAndChunk,
            new Shape.Dimension(-1, "prefix"),
            new Shape.Dimension(-1, "chunk"));
    Value fromPrefix = o.matrixProduct(parts.get(0), false, prefixValues.get(layer), false, 1);
    Value chunkWeights =
        o.reshape(
            parts.get(1), Shape.of("groups", heads, "rollouts", group, "chunk"), unfoldedChunk);
    Value fromChunk = o.matrixProduct(chunkWeights, false, v, false, 1);
    Value context =
        o.add(
            o.reshape(fromPrefix, fromChunk.shape(), headSizes(heads, -1, group, size)), fromChunk);
    context = o.transpose(context, 0, 2, 1, 3, 4);
    return o.reshape(
        context,
        Shape.of("rows", config.queryWidth()),
        outer.graph().integers(-1, config.queryWidth()));
  }

  /** Returns the chunk's keys with those of the new token, a layer each. */
  List<Value> extendedKeys() {
    return extendedKeys;
  }

  /** Returns the chunk's values with those of the new token, a layer each. */
  List<Value> extendedValues() {
    return extendedValues;
  }

  private Value turned(int layer, Value rows) {
    return rules.turned(body, layer, body.unsqueeze(rows, 1), positions);
  }

  /**
   * {@code [rows, 1, keyHeads·group·size]} to {@code [groups, keyHeads, rollouts, group, size]}.
   */
  private Value byHead(Value x, int group) {
    int heads = config.keyValueHeads();
    int size = config.headSize();
    Value split =
        body.reshape(
            x,
            Shape.of("groups", "rollouts", heads, group, size),
            headSizes(-1, heads, group, size));
    return body.transpose(split, 0, 2, 1, 3, 4);
  }

  private Value extend(Value chunk, Value added) {
    return body.concatenate(3, new Shape.Dimension(-1, "chunk"), chunk, added);
  }

  private Value foldedSizes(int size) {
    return headSizes(config.keyValueHeads(), -1, size);
  }

  /** The list {@code groups, sizes…}, computed once outside the loop. */
  private Value headSizes(long... sizes) {
    return outer.sizeList(groups, outer.graph().integers(sizes));
  }
}
