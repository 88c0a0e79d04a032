package dev.flowdpo.runtime.text.bpe;

import java.util.Arrays;

/**
 * Merges the tokens of one word: always the pair of the lowest rank, of equals the leftmost, until
 * no pair has a merge.
 *
 * <p>A short word is searched through for each merge. A long one is a linked list with a heap of
 * its pairs, in which a pair that has changed meanwhile is passed over: a word of n tokens takes n
 * log n steps, whatever it is. Thread-safe.
 */
final class PairMerger {
  private static final int SHORT = 64;
  private static final int NOWHERE = -1;

  private final MergeTable merges;

  PairMerger(MergeTable merges) {
    this.merges = merges;
  }

  /**
   * Merges in place.
   *
   * @return how many tokens are left
   */
  int merge(int[] tokens, int count) {
    return count <= SHORT ? mergeShort(tokens, count) : mergeLong(tokens, count);
  }

  private int mergeShort(int[] tokens, int count) {
    long[] found = new long[SHORT];
    for (int i = 0; i + 1 < count; i++) {
      found[i] = merges.find(tokens[i], tokens[i + 1]);
    }
    int left = count;
    while (true) {
      int at = NOWHERE;
      long least = MergeTable.NONE;
      for (int i = 0; i + 1 < left; i++) {
        if (found[i] < least) {
          least = found[i];
          at = i;
        }
      }
      if (at == NOWHERE) {
        return left;
      }
      tokens[at] = MergeTable.token(least);
      left--;
      System.arraycopy(tokens, at + 2, tokens, at + 1, left - at - 1);
      System.arraycopy(found, at + 1, found, at, left - at);
      if (at > 0) {
        found[at - 1] = merges.find(tokens[at - 1], tokens[at]);
      }
      if (at + 1 < left) {
        found[at] = merges.find(tokens[at], tokens[at + 1]);
      }
    }
  }

  private int mergeLong(int[] tokens, int count) {
    int[] next = new int[count];
    int[] previous = new int[count];
    PairHeap heap = new PairHeap(count);
    for (int i = 0; i < count; i++) {
      previous[i] = i - 1;
      next[i] = i + 1 < count ? i + 1 : NOWHERE;
    }
    for (int i = 0; i + 1 < count; i++) {
      offer(heap, tokens, i, i + 1);
    }
    int left = count;
    while (!heap.isEmpty()) {
      long least = heap.poll();
      int at = PairHeap.place(least);
      int second = next[at];
      if (tokens[at] < 0 || second == NOWHERE) {
        continue;
      }
      long merge = merges.find(tokens[at], tokens[second]);
      if (merge == MergeTable.NONE || MergeTable.rank(merge) != PairHeap.rank(least)) {
        continue; // The pair that was offered here is gone.
      }
      tokens[at] = MergeTable.token(merge);
      tokens[second] = NOWHERE;
      next[at] = next[second];
      left--;
      if (next[at] != NOWHERE) {
        previous[next[at]] = at;
        offer(heap, tokens, at, next[at]);
      }
      if (previous[at] != NOWHERE) {
        offer(heap, tokens, previous[at], at);
      }
    }
    int kept = 0;
    for (int at = 0; at != NOWHERE; at = next[at]) {
      tokens[kept++] = tokens[at];
    }
    return left;
  }

  private void offer(PairHeap heap, int[] tokens, int first, int second) {
    long merge = merges.find(tokens[first], tokens[second]);
    if (merge != MergeTable.NONE) {
      heap.add(MergeTable.rank(merge), first);
    }
  }

  /** Places of pairs by rank and place, in a binary heap of plain numbers. */
  private static final class PairHeap {
    private long[] heap;
    private int size;

    PairHeap(int capacity) {
      heap = new long[capacity];
    }

    static int rank(long pair) {
      return (int) (pair >>> 32);
    }

    static int place(long pair) {
      return (int) pair;
    }

    boolean isEmpty() {
      return size == 0;
    }

    void add(int rank, int place) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size + (size >> 1) + 1);
      }
      long pair = ((long) rank << 32) | place;
      int at = size++;
      while (at > 0 && heap[(at - 1) >> 1] > pair) {
        heap[at] = heap[(at - 1) >> 1];
        at = (at - 1) >> 1;
      }
      heap[at] = pair;
    }

    long poll() {
      long least = heap[0];
      long last = heap[--size];
      int at = 0;
      for (int child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && heap[child + 1] < heap[child]) {
          child++;
        }
        if (heap[child] >= last) {
          break;
        }
        heap[at] = heap[child];
        at = child;
      }
      heap[at] = last;
      return least;
    }
  }
}
