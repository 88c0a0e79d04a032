package dev.flowdpo.runtime.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences in one row of a batch, with what they begin with alike only once. The tokens stand in
 * the order of a walk that finishes one branch before it begins the next. Sequences must come in
 * lexicographic order, so that each shares most with the one before. Not thread-safe.
 */
final class TokenTree {
  private int[] tokens = new int[64];
  private int[] positions = new int[64];
  private int[] lasts = new int[64];
  private int size;
  private int[] sequence = new int[0];
  private int[] path = new int[0];
  private final List<int[]> paths = new ArrayList<>();

  /** Returns how many tokens a sequence has in common with the one that was added last. */
  int common(int[] other) {
    int found = Arrays.mismatch(sequence, other);
    return found < 0 ? sequence.length : found;
  }

  /** Adds a sequence. */
  void add(int[] added) {
    int common = common(added);
    int[] places = Arrays.copyOf(path, added.length);
    int end = size + added.length - common;
    if (end > tokens.length) {
      int capacity = Math.max(end, 2 * tokens.length);
      tokens = Arrays.copyOf(tokens, capacity);
      positions = Arrays.copyOf(positions, capacity);
      lasts = Arrays.copyOf(lasts, capacity);
    }
    for (int position = common; position < added.length; position++) {
      tokens[size] = added[position];
      positions[size] = position;
      places[position] = size++;
    }
    for (int place : places) {
      lasts[place] = size - 1;
    }
    sequence = added;
    path = places;
    paths.add(places);
  }

  /** Returns the number of tokens of the row. */
  int size() {
    return size;
  }

  int token(int place) {
    return tokens[place];
  }

  /** Returns the position of a token in its sequences. */
  int position(int place) {
    return positions[place];
  }

  /** Returns the place of the last token of the branch that begins with a token. */
  int last(int place) {
    return lasts[place];
  }

  /** Returns the places of the tokens of each sequence, in the order in which they were added. */
  List<int[]> paths() {
    return paths;
  }
}
