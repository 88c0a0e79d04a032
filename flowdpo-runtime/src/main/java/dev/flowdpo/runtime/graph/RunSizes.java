package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.runtime.checkpoint.ModelConfig;

/**
 * Numbers for the named sizes of a model's graphs in one run, for {@link GraphMemory}. Immutable
 * and thread-safe.
 */
public final class RunSizes {
  private final ModelConfig config;
  private final long rank;

  /**
   * Sizes for runs of this model.
   *
   * @param rank the rank of the adapter
   */
  public RunSizes(ModelConfig config, int rank) {
    this.config = config;
    this.rank = rank;
  }

  /**
   * Returns the sizes of a {@link PrefillGraph}.
   *
   * @param batch the number of sequences
   * @param tokens the number of new tokens of each
   * @param past the number of tokens before them
   */
  public ImmutableMap<String, Long> prefill(long batch, long tokens, long past) {
    return sequences(batch, tokens)
        .put("past", past)
        .put("keys", past + tokens)
        .put("candidates", 2L)
        .buildOrThrow();
  }

  /**
   * Returns the sizes of a {@link ChunkGraph} in its last step, where it draws by probability mass.
   *
   * @param groups the number of prefixes
   * @param rollouts the number of rows that continue each
   * @param prefix the number of tokens of a prefix
   * @param steps the number of tokens to decode
   */
  public ImmutableMap<String, Long> chunk(long groups, long rollouts, long prefix, long steps) {
    long vocabulary = config.vocabularySize();
    return ImmutableMap.<String, Long>builder()
        .putAll(Sampling.sizes(groups * rollouts, vocabulary))
        .put("rank", rank)
        .put("groups", groups)
        .put("rollouts", rollouts)
        .put("rows", groups * rollouts)
        .put("folded", rollouts * group())
        .put("prefix", prefix)
        .put("steps", steps)
        .put("written", steps)
        .put("padding of steps", 0L)
        .put("chunk", steps)
        .put("keys", prefix + steps)
        .put("candidates", vocabulary)
        .put("ends", (long) config.endOfSequenceIds().size())
        .buildOrThrow();
  }

  /**
   * Returns the sizes of a {@link TrainingGraph}.
   *
   * @param batch the number of sequences
   * @param tokens the number of tokens of each
   * @param scored the number of tokens of all sequences whose log-probabilities are computed
   */
  public ImmutableMap<String, Long> training(long batch, long tokens, long scored) {
    ImmutableMap.Builder<String, Long> sizes = sequences(batch, tokens);
    int blocks = TrainingGraph.blocks(tokens);
    long each = tokens / blocks;
    for (int i = 0; i < blocks; i++) {
      long own = i == blocks - 1 ? tokens - i * each : each;
      sizes.put(tokensOfBlock(i).name(), own);
      sizes.put(keysOfBlock(i).name(), i * each + own);
      sizes.put(queriesOfBlock(i).name(), group() * own);
      sizes.put(unseenOfBlock(i).name(), tokens - i * each - own);
    }
    return sizes.put("scored", scored).put("gathered", scored).buildOrThrow();
  }

  /** Returns the size that stands for the tokens of a block of {@link TreeAttention}. */
  static Shape.Dimension tokensOfBlock(int block) {
    return new Shape.Dimension(-1, "tokens of block " + block);
  }

  /** Returns the size that stands for the keys that a block meets. */
  static Shape.Dimension keysOfBlock(int block) {
    return new Shape.Dimension(-1, "keys of block " + block);
  }

  /** Returns the size that stands for the rows that a block's query heads are folded into. */
  static Shape.Dimension queriesOfBlock(int block) {
    return new Shape.Dimension(-1, "queries of block " + block);
  }

  /** Returns the size that stands for the keys that a block leaves out. */
  static Shape.Dimension unseenOfBlock(int block) {
    return new Shape.Dimension(-1, "unseen of block " + block);
  }

  private ImmutableMap.Builder<String, Long> sequences(long batch, long tokens) {
    return ImmutableMap.<String, Long>builder()
        .put("rank", rank)
        .put("batch", batch)
        .put("tokens", tokens)
        .put("rows", batch * tokens)
        .put("queries", group() * tokens);
  }

  /** Query heads that share a key head, which are folded into rows. */
  private long group() {
    return config.attentionHeads() / config.keyValueHeads();
  }
}
