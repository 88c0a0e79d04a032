package dev.flowdpo.runtime.text.definition;

import java.util.Arrays;

/** Merges in the order of their ranks, each of two tokens into one. Immutable once read. */
public final class MergeList {
  private int[] tokens = new int[3 << 10];
  private int size;

  MergeList() {}

  void add(int left, int right, int merged) {
    if (3 * size == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * tokens.length);
    }
    tokens[3 * size] = left;
    tokens[3 * size + 1] = right;
    tokens[3 * size + 2] = merged;
    size++;
  }

  /** {@return the number of merges} */
  public int size() {
    return size;
  }

  /** {@return the first token of the merge of this rank} */
  public int left(int rank) {
    return tokens[3 * rank];
  }

  /** {@return the second token of the merge of this rank} */
  public int right(int rank) {
    return tokens[3 * rank + 1];
  }

  /** {@return the token that the merge of this rank makes} */
  public int merged(int rank) {
    return tokens[3 * rank + 2];
  }
}
