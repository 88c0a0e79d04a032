package dev.flowdpo.chattemplate;

/**
 * Counts the work of one rendering and ends it when there is too much, so that no template runs for
 * ever or fills the memory. A step takes about 20 ns, or makes {@value #CHARACTERS_PER_STEP}
 * characters. Used by one thread.
 */
final class Work {
  /** Lists inside lists, blocks inside blocks, macros that call macros. */
  static final int MAX_DEPTH = 100;

  static final int CHARACTERS_PER_STEP = 8;

  private static final int BITS_PER_WORD = 32;
  private static final int WORD_PRODUCTS_PER_STEP = 16;

  private final long maxSteps;
  private long steps;
  private int line = 1;
  private int depth;

  /** Begins with no step done. */
  Work(long maxSteps) {
    this.maxSteps = maxSteps;
  }

  /** Counts steps. */
  void steps(long count) {
    steps += count;
    if (steps > maxSteps) {
      throw new ChatTemplateException(
          "expected at most "
              + maxSteps
              + " steps for these messages, found more: the template runs for ever or makes too"
              + " much text; if it is trusted, set ChatTemplate.Builder.maxSteps");
    }
  }

  /** Counts the making of a text. */
  void characters(long count) {
    steps(1 + count / CHARACTERS_PER_STEP);
  }

  /** Counts the search for a pattern in a text, which may compare all of it at every place. */
  void search(String text, String pattern) {
    long perPlace = 1L + pattern.length() / 16;
    steps((1L + text.length() / CHARACTERS_PER_STEP) * perPlace);
  }

  /** Counts the product or quotient of whole numbers of so many bits. */
  void product(int bits, int otherBits) {
    steps((long) (bits / BITS_PER_WORD) * (otherBits / BITS_PER_WORD) / WORD_PRODUCTS_PER_STEP);
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
