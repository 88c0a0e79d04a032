package dev.flowdpo.runtime.inference;

import dev.flowdpo.runtime.checkpoint.ModelConfig;

/**
 * The shape of keys and values of several sequences side by side: {@code [rows, heads, steps,
 * headSize]} a side.
 *
 * @param sides twice the number of layers
 * @param rows the number of sequences
 * @param heads the key heads of each
 * @param steps the tokens of each, padding included
 * @param tokenBytes the bytes of one head of a token
 */
record KvShape(int sides, int rows, int heads, int steps, int tokenBytes) {
  /** Returns the shape for a model. */
  static KvShape of(FrozenBase base, int rows, int steps) {
    ModelConfig config = base.config();
    return new KvShape(
        2 * config.layers(),
        rows,
        config.keyValueHeads(),
        steps,
        config.headSize() * base.elementType().bytes());
  }

  /** Returns the bytes of one head of a sequence. */
  int rowBytes() {
    return steps * tokenBytes;
  }

  /** Returns the bytes of a side. */
  long side() {
    return (long) rows * heads * rowBytes();
  }

  /** Returns the bytes of all sides. */
  long bytes() {
    return sides * side();
  }
}
