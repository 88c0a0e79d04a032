package dev.flowdpo.chattemplate;

/**
 * Counts the work of one rendering and ends it when there is too much, so that no template runs for
 * ever or fills the memory. Used by one thread.
 */
final class Work {
  /** Steps of one rendering; a chat of a thousand turns takes fewer than a tenth. */
  static final long MAX_STEPS = 4_000_000;

  /** Lists inside lists, blocks inside blocks, macros that call macros. */
  static final int MAX_DEPTH = 100;

  private static final int CHARACTERS_PER_STEP = 8;

  private long steps;
  private int line = 1;
  private int depth;

  /** Counts steps. */
  void steps(long count) {
    steps += count;
    if (steps > MAX_STEPS) {
      throw new ChatTemplateException(
          "expected a template of at most "
              + MAX_STEPS
              + " steps, found more: it runs for ever or makes too much text");
    }
  }

  /** Counts the making of a text. */
  void characters(long count) {
    steps(1 + count / CHARACTERS_PER_STEP);
  }

  /** Counts the search for a pattern in a text, which may compare all of it at every place. */
  void search(String text, String pattern) {
    long perPlace = 1L + pattern.length() / 64;
    steps((1L + text.length() / CHARACTERS_PER_STEP) * perPlace);
  }

  /** Counts one level more; every call is paired with {@link #leave}. */
  void enter() {
    depth++;
    if (depth > MAX_DEPTH) {
      throw new ChatTemplateException(
          "expected at most " + MAX_DEPTH + " levels of macros and values, found more");
    }
  }

  /** Counts one level less. */
  void leave() {
    depth--;
  }

  /** Remembers the line that is being run. */
  void at(int line) {
    this.line = line;
  }

  /** {@return the line that is being run} */
  int line() {
    return line;
  }
}
