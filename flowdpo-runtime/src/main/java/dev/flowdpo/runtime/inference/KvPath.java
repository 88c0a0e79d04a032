package dev.flowdpo.runtime.inference;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The keys and values of a whole prefix: the blocks on the way from the root of the tree to a node.
 * Branches share the blocks above them. Immutable.
 */
final class KvPath {
  /** The path of no tokens. */
  static final KvPath EMPTY = new KvPath(Optional.empty(), Optional.empty(), 0);

  private final Optional<KvPath> parent;
  private final Optional<KvBlock> block;
  private final int length;

  private KvPath(Optional<KvPath> parent, Optional<KvBlock> block, int length) {
    this.parent = parent;
    this.block = block;
    this.length = length;
  }

  /** Returns this path with a block after it; a block of no tokens changes nothing. */
  KvPath append(KvBlock next) {
    return next.length() == 0
        ? this
        : new KvPath(Optional.of(this), Optional.of(next), length + next.length());
  }

  /** Returns the path of the first tokens of this one, at most as many as it has. */
  KvPath first(int tokens) {
    if (tokens >= length) {
      return this;
    }
    KvPath before = parent.orElseThrow();
    return tokens <= before.length
        ? before.first(tokens)
        : before.append(block.orElseThrow().first(tokens - before.length));
  }

  /** Returns the number of tokens. */
  int length() {
    return length;
  }

  /** Returns the blocks, first tokens first. */
  Deque<KvBlock> blocks() {
    Deque<KvBlock> blocks = new ArrayDeque<>();
    KvPath path = this;
    while (path.block.isPresent()) {
      blocks.addFirst(path.block.get());
      path = path.parent.orElseThrow();
    }
    return blocks;
  }
}
