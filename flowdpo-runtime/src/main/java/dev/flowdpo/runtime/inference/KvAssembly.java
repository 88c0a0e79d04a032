package dev.flowdpo.runtime.inference;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Lays the keys and values of several prefixes side by side, {@code [rows, keyHeads, longest,
 * headSize]} a layer, padded on the right: where they stay ({@link JoinedPaths}), or in a copy for
 * the run. Padding is zero: the bias hides it, but what was in the memory could be a NaN, which
 * nothing hides.
 */
final class KvAssembly {
  private KvAssembly() {}

  /** Returns the number of tokens of the longest path. */
  static int longest(List<KvPath> paths) {
    return paths.stream().mapToInt(KvPath::length).max().orElse(0);
  }

  /**
   * Adds one input of keys and one of values a layer.
   *
   * @param paths which the caller has claims to, where they may move
   */
  static void feed(
      TensorFeed feed,
      FrozenBase base,
      List<KvPath> paths,
      IntFunction<String> keyName,
      IntFunction<String> valueName) {
    KvShape shape = KvShape.of(base, paths.size(), longest(paths));
    long[] sizes = {shape.rows(), shape.heads(), shape.steps(), base.config().headSize()};
    KvMemory memory = base.keysAndValues();
    synchronized (memory.moving()) {
      Optional<KvSlab> joined = JoinedPaths.of(memory, paths, shape);
      joined.ifPresent(slab -> feed.onClose(slab::release));
      List<List<KvBlock>> blocks = blocks(paths);
      for (int side = 0; side < shape.sides(); side++) {
        String name = (side % 2 == 0 ? keyName : valueName).apply(side / 2);
        if (joined.isPresent()) {
          feed.shared(name, base.elementType(), joined.get().side(side), sizes);
        } else {
          copy(blocks, side, shape, feed.reals(name, base.elementType(), sizes));
        }
      }
    }
  }

  /** Returns the blocks of each path. */
  static List<List<KvBlock>> blocks(List<KvPath> paths) {
    return paths.stream().map(path -> List.copyOf(path.blocks())).toList();
  }

  /** Writes one side of all paths, with its padding. */
  static void copy(List<List<KvBlock>> paths, int side, KvShape shape, ByteBuffer to) {
    byte[] zeros = new byte[shape.rowBytes()];
    for (List<KvBlock> path : paths) {
      int length = path.stream().mapToInt(KvBlock::length).sum();
      for (int head = 0; head < shape.heads(); head++) {
        for (KvBlock block : path) {
          block.copy(side, head, shape.tokenBytes(), to);
        }
        to.put(zeros, 0, (shape.steps() - length) * shape.tokenBytes());
      }
    }
  }
}
