package dev.flowdpo.runtime.gguf;

/**
 * A block of a {@link GgufType} taken apart: element i is {@code factors[g] · codes[i]}, plus
 * {@code offsets[g]} in types that have offsets, where g is its group of neighbours. Readers fill
 * it. Not thread-safe.
 */
final class GgufBlock {
  final int[] codes;
  final float[] factors;
  final float[] offsets;

  /**
   * @param elements the elements of a block
   * @param groups how many groups of them have a factor of their own
   */
  GgufBlock(int elements, int groups) {
    codes = new int[elements];
    factors = new float[groups];
    offsets = new float[groups];
  }

  /** Puts the values of the elements into an array. */
  void values(boolean withOffsets, float[] values) {
    int group = codes.length / factors.length;
    for (int i = 0; i < codes.length; i++) {
      float product = factors[i / group] * codes[i];
      values[i] = withOffsets ? product + offsets[i / group] : product;
    }
  }
}
