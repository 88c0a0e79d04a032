package dev.flowdpo.runtime.text.bpe;

import java.util.Arrays;

/** Ids in order, growing at the end. Not thread-safe. */
final class IntList {
  private int[] values = new int[64];
  private int size;

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  void addAll(int[] others, int count) {
    if (size + count > values.length) {
      values = Arrays.copyOf(values, Math.max(2 * values.length, size + count));
    }
    System.arraycopy(others, 0, values, size, count);
    size += count;
  }

  int size() {
    return size;
  }

  int[] from(int start) {
    return Arrays.copyOfRange(values, start, size);
  }
}
