package dev.flowdpo.runtime.text;

/**
 * Turns token ids into the texts of chunks, so that the texts of all chunks together are the text of the answer. A token
 * can end inside a character of several bytes; such a character waits for the chunk that completes it. Thread-safe if
 * the tokenizer is.
 */
public final class TextPieces {
  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;

  /** Decodes with this tokenizer. */
  public TextPieces(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Returns the text that the tokens add to what was shown.
   *
   * @param tokens all tokens of the answer so far
   * @param shown the texts of all chunks before
   * @param last whether no token follows, so that an incomplete character does not wait
   */
  public String piece(int[] tokens, String shown, boolean last) {
    String all = tokenizer.decode(tokens);
    int end = all.length();
    while (!last && end > 0 && all.charAt(end - 1) == REPLACEMENT) {
      end--;
    }
    return end <= shown.length() ? "" : all.substring(shown.length(), end);
  }
}
