package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OrtSession;
import com.google.common.base.Preconditions;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.ChunkGraph;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Decodes a chunk for many rows, each batch in one native call. Rows with the same prefix form a
 * group that shares its keys and values; a call takes groups of one size, of similar prefix
 * lengths. Thread-safe.
 */
class ChunkDecoder {
  /** The largest factor on scores: it makes any lead that a float can show decisive. */
  private static final double MAX_SHARPNESS = 1e20;

  private static final Set<String> OUTPUTS =
      Set.of(ChunkGraph.CHOSEN, ChunkGraph.LOG_PROBABILITIES);

  private final FrozenBase base;
  private final ModelConfig config;

  /**
   * One row.
   *
   * @param prefix the keys and values of everything before the start token
   * @param startToken the last known token, which is not in the prefix
   * @param forbidEnd whether the first token must not be an end token
   * @param seed what the row's random numbers come from
   * @param drawn how many of them earlier pieces of the chunk used up
   */
  record Row(KvPath prefix, int startToken, boolean forbidEnd, long seed, int drawn) {}

  /**
   * What one row gives.
   *
   * @param tokens the chosen tokens, with the end token where there is one
   * @param logProbabilities of each of them at temperature 1
   * @param ended whether the last token is an end token
   * @param block the keys and values of the start token and of all tokens but the last
   */
  record Decoded(int[] tokens, float[] logProbabilities, boolean ended, KvBlock block) {}

  ChunkDecoder(FrozenBase base) {
    this.base = base;
    this.config = base.config();
  }

  /**
   * Decodes at most {@code maxSteps} tokens for every row; the results have the order of the rows.
   *
   * @param abortable is told what ends each native run early, which then throws
   */
  List<Decoded> run(
      AdapterSnapshot adapter,
      List<Row> rows,
      int maxSteps,
      SamplingOptions sampling,
      Consumer<Runnable> abortable) {
    Decoded[] results = new Decoded[rows.size()];
    for (List<List<Integer>> groups : groupsBySize(rows)) {
      int rollouts = groups.get(0).size();
      int groupsPerCall = Math.max(1, RunLimits.ROWS / rollouts);
      for (int begin = 0; begin < groups.size(); begin += groupsPerCall) {
        List<List<Integer>> part =
            groups.subList(begin, Math.min(groups.size(), begin + groupsPerCall));
        List<Integer> order = part.stream().flatMap(List::stream).toList();
        List<Decoded> decoded =
            runBatch(
                adapter,
                order.stream().map(rows::get).toList(),
                part.size(),
                maxSteps,
                sampling,
                abortable);
        for (int i = 0; i < order.size(); i++) {
          results[order.get(i)] = decoded.get(i);
        }
      }
    }
    return Arrays.asList(results);
  }

  /** Rows with the same prefix together; groups of the same size together, short prefixes first. */
  private static List<List<List<Integer>>> groupsBySize(List<Row> rows) {
    IdentityHashMap<KvPath, List<Integer>> byPrefix = new IdentityHashMap<>();
    List<List<Integer>> inOrder = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      KvPath prefix = rows.get(i).prefix();
      List<Integer> group = byPrefix.get(prefix);
      if (group == null) {
        group = new ArrayList<>();
        byPrefix.put(prefix, group);
        inOrder.add(group);
      }
      group.add(i);
    }
    Map<Integer, List<List<Integer>>> bySize = new TreeMap<>();
    inOrder.forEach(
        group -> bySize.computeIfAbsent(group.size(), size -> new ArrayList<>()).add(group));
    Comparator<List<Integer>> byLength =
        Comparator.comparingInt(group -> rows.get(group.get(0)).prefix().length());
    bySize.values().forEach(groups -> groups.sort(byLength));
    return List.copyOf(bySize.values());
  }

  private List<Decoded> runBatch(
      AdapterSnapshot adapter,
      List<Row> rows,
      int groups,
      int maxSteps,
      SamplingOptions sampling,
      Consumer<Runnable> abortable) {
    Preconditions.checkArgument(maxSteps >= 1, "A chunk has at least one token");
    int rollouts = rows.size() / groups;
    List<KvPath> prefixes = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      prefixes.add(rows.get(group * rollouts).prefix());
    }
    try (TensorFeed feed = base.feed()) {
      abortable.accept(feed::terminate);
      feedRows(feed, rows, prefixes, maxSteps);
      feedSampling(feed, sampling);
      KvAssembly.feed(feed, base, prefixes, ChunkGraph::prefixKey, ChunkGraph::prefixValue);
      feed.adapter(base.adapter(adapter));
      feed.describe("chunk", rows.size(), maxSteps, adapter);
      // The loop has the keys and values of a step beside those of the step before.
      base.giveBackAfter(feed, 2L * rows.size() * maxSteps * base.cacheBytesPerToken());
      int heads = config.keyValueHeads();
      try (KvOutputs kv =
              new KvOutputs(
                  base, feed, OUTPUTS, groups, heads, rollouts, maxSteps, config.headSize());
          OrtSession.Result result =
              feed.run(base.session(FrozenBase.Kind.CHUNK), kv.requested())) {
        long[] chosen = SessionResults.longs(result, ChunkGraph.CHOSEN);
        float[] logProbabilities = SessionResults.floats(result, ChunkGraph.LOG_PROBABILITIES);
        int steps = chosen.length / rows.size();
        KvSlab slab = kv.read(result, steps);
        List<Decoded> decoded = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
          int first = row / rollouts * heads * rollouts + row % rollouts;
          KvBlock block = new KvBlock(new KvTokens(slab, first, rollouts), steps);
          decoded.add(readRow(chosen, logProbabilities, row, rows.size(), block));
        }
        return decoded;
      }
    }
  }

  private Decoded readRow(
      long[] chosen, float[] logProbabilities, int row, int rows, KvBlock block) {
    int steps = block.length();
    int length = 0;
    boolean ended = false;
    int[] tokens = new int[steps];
    float[] found = new float[steps];
    while (length < steps && !ended) {
      int place = length * rows + row;
      tokens[length] = (int) chosen[place];
      found[length] = logProbabilities[place];
      ended = config.endOfSequenceIds().contains(tokens[length]);
      length++;
    }
    return new Decoded(
        Arrays.copyOf(tokens, length), Arrays.copyOf(found, length), ended, block.first(length));
  }

  private void feedRows(TensorFeed feed, List<Row> rows, List<KvPath> prefixes, int maxSteps) {
    int count = rows.size();
    feed.longs(ChunkGraph.MAX_STEPS).put(maxSteps);
    LongBuffer start = feed.longs(ChunkGraph.START_TOKENS, count);
    LongBuffer positions = feed.longs(ChunkGraph.POSITIONS, count, 1);
    FloatBuffer forbid = feed.floats(ChunkGraph.FORBID_END, count, 1);
    FloatBuffer uniform = feed.floats(ChunkGraph.UNIFORM, maxSteps, count, 1);
    for (int row = 0; row < count; row++) {
      Row one = rows.get(row);
      start.put(one.startToken());
      positions.put(one.prefix().length());
      forbid.put(one.forbidEnd() ? 1 : 0);
      SplittableRandom random = new SplittableRandom(one.seed());
      for (int step = 0; step < one.drawn(); step++) {
        random.nextInt();
      }
      for (int step = 0; step < maxSteps; step++) {
        // 24 random bits: every value is a float below 1.
        uniform.put(step * count + row, (random.nextInt() >>> 8) * 0x1p-24f);
      }
    }
    int longest = KvAssembly.longest(prefixes);
    FloatBuffer bias = feed.floats(ChunkGraph.PREFIX_BIAS, prefixes.size(), 1, 1, longest);
    for (KvPath prefix : prefixes) {
      for (int i = 0; i < longest; i++) {
        bias.put(i < prefix.length() ? 0 : ChunkGraph.MASKED);
      }
    }
    List<Integer> ends = config.endOfSequenceIds();
    LongBuffer endTokens = feed.longs(ChunkGraph.END_TOKENS, ends.size());
    for (int end : ends) {
      endTokens.put(end);
    }
  }

  private void feedSampling(TensorFeed feed, SamplingOptions sampling) {
    int vocabulary = config.vocabularySize();
    boolean ranked = sampling.topK() > 0 || sampling.topP() < 1;
    int candidates = sampling.topK() > 0 ? Math.min(sampling.topK(), vocabulary) : vocabulary;
    // Within what a float holds: an infinite factor, or a mass of 0, would leave no best token.
    float inverse =
        sampling.isGreedy() ? 1 : (float) Math.min(1 / sampling.temperature(), MAX_SHARPNESS);
    float topP = (float) Math.max(sampling.topP(), Float.MIN_NORMAL);
    feed.flag(ChunkGraph.GREEDY, sampling.isGreedy());
    feed.flag(ChunkGraph.RANKED, ranked);
    feed.floats(ChunkGraph.INVERSE_TEMPERATURE).put(inverse);
    feed.longs(ChunkGraph.TOP_K, 1).put(candidates);
    feed.floats(ChunkGraph.TOP_P).put(topP);
  }
}
