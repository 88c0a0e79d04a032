package dev.flowdpo.runtime.text.bpe;

import dev.flowdpo.runtime.text.definition.MergeList;
import java.util.Arrays;

/**
 * What each pair of tokens merges to, in an open hash table of primitive numbers: a lookup touches
 * one or two cache lines, and a hundred thousand merges take three megabytes. Immutable.
 */
final class MergeTable {
  /** Larger than every merge: the pair has none. */
  static final long NONE = Long.MAX_VALUE;

  private static final long FREE = -1;
  private final long[] pairs;
  private final long[] merges;
  private final int mask;

  /** Makes a table of the merges; of two of one pair the last counts. */
  MergeTable(MergeList list) {
    int slots = Integer.highestOneBit(Math.max(list.size(), 8)) << 2;
    this.pairs = new long[slots];
    this.merges = new long[slots];
    this.mask = slots - 1;
    Arrays.fill(pairs, FREE);
    for (int rank = 0; rank < list.size(); rank++) {
      long pair = pair(list.left(rank), list.right(rank));
      int slot = slot(pair);
      pairs[slot] = pair;
      merges[slot] = ((long) rank << 32) | list.merged(rank);
    }
  }

  /** {@return rank and token of the pair's merge; of two merges the one with less rank is less} */
  long find(int left, int right) {
    int slot = slot(pair(left, right));
    return pairs[slot] == FREE ? NONE : merges[slot];
  }

  /** {@return the token that a merge makes} */
  static int token(long merge) {
    return (int) merge;
  }

  /** {@return the rank of a merge: the lower, the earlier} */
  static int rank(long merge) {
    return (int) (merge >>> 32);
  }

  private int slot(long pair) {
    long hash = pair * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash >>> 32) & mask;
    while (pairs[slot] != pair && pairs[slot] != FREE) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }
}
