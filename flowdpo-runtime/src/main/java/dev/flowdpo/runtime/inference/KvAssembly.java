package dev.flowdpo.runtime.inference;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.nio.FloatBuffer;
import java.util.Deque;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Lays the keys and values of several prefixes side by side, {@code [rows, keyHeads, longest,
 * headSize]} a layer, padded on the right. Padding is zero: the bias hides it, but what was in the
 * memory could be a NaN, which nothing hides.
 */
final class KvAssembly {
  private KvAssembly() {}

  /** Returns the number of tokens of the longest path. */
  static int longest(List<KvPath> paths) {
    return paths.stream().mapToInt(KvPath::length).max().orElse(0);
  }

  /** Adds one input of keys and one of values a layer. */
  static void feed(
      TensorFeed feed,
      ModelConfig config,
      List<KvPath> paths,
      IntFunction<String> keyName,
      IntFunction<String> valueName) {
    int longest = longest(paths);
    List<Deque<KvBlock>> blocks = paths.stream().map(KvPath::blocks).toList();
    long[] shape = {paths.size(), config.keyValueHeads(), longest, config.headSize()};
    float[] zeros = new float[longest * config.headSize()];
    for (int layer = 0; layer < config.layers(); layer++) {
      FloatBuffer keys = feed.floats(keyName.apply(layer), shape);
      FloatBuffer values = feed.floats(valueName.apply(layer), shape);
      for (int row = 0; row < paths.size(); row++) {
        int padding = (longest - paths.get(row).length()) * config.headSize();
        for (int head = 0; head < config.keyValueHeads(); head++) {
          for (KvBlock block : blocks.get(row)) {
            block.copy(2 * layer, head, config.headSize(), keys);
            block.copy(2 * layer + 1, head, config.headSize(), values);
          }
          keys.put(zeros, 0, padding);
          values.put(zeros, 0, padding);
        }
      }
    }
  }
}
