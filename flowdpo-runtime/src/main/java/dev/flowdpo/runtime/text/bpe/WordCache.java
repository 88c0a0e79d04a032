package dev.flowdpo.runtime.text.bpe;

import org.jspecify.annotations.Nullable;

/**
 * The ids of words met lately, a fixed number of them, each in the one place that its hash gives
 * it. Thread-safe without locks: entries are immutable, and a lost write costs a word's merging.
 */
final class WordCache {
  private static final int PLACES = 1 << 14;

  /** The longest word that is kept, in characters. */
  static final int LONGEST = 32;

  private record Entry(String word, int[] ids) {}

  private final @Nullable Entry[] entries = new @Nullable Entry[PLACES];

  /** {@return the ids of this part of the text, or null if they are not here} */
  int @Nullable [] find(String text, int start, int end) {
    Entry entry = entries[place(text, start, end)];
    boolean same =
        entry != null && entry.word.length() == end - start && text.startsWith(entry.word, start);
    return same ? entry.ids : null;
  }

  /** Keeps the ids in place of others. */
  void keep(String text, int start, int end, int[] ids) {
    entries[place(text, start, end)] = new Entry(text.substring(start, end), ids);
  }

  private static int place(String text, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    hash *= 0x9E3779B9;
    return hash >>> 18;
  }
}
