package dev.flowdpo.runtime.inference;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.nio.ByteBuffer;
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
      FrozenBase base,
      List<KvPath> paths,
      IntFunction<String> keyName,
      IntFunction<String> valueName) {
    ModelConfig config = base.config();
    int tokenBytes = config.headSize() * base.elementType().bytes();
    int longest = longest(paths);
    List<Deque<KvBlock>> blocks = paths.stream().map(KvPath::blocks).toList();
    long[] shape = {paths.size(), config.keyValueHeads(), longest, config.headSize()};
    byte[] zeros = new byte[longest * tokenBytes];
    for (int layer = 0; layer < config.layers(); layer++) {
      ByteBuffer keys = feed.reals(keyName.apply(layer), base.elementType(), shape);
      ByteBuffer values = feed.reals(valueName.apply(layer), base.elementType(), shape);
      for (int row = 0; row < paths.size(); row++) {
        int padding = (longest - paths.get(row).length()) * tokenBytes;
        for (int head = 0; head < config.keyValueHeads(); head++) {
          for (KvBlock block : blocks.get(row)) {
            block.copy(2 * layer, head, tokenBytes, keys);
            block.copy(2 * layer + 1, head, tokenBytes, values);
          }
          keys.put(zeros, 0, padding);
          values.put(zeros, 0, padding);
        }
      }
    }
  }
}
