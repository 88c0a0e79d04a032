package dev.flowdpo.cli.options;

import dev.flowdpo.error.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command line given as one text into its words: at blanks, but for those between single
 * or double quotes. There are no other special signs, so that a path of any system stays as it is.
 * Stateless and thread-safe.
 */
final class CommandWords {
  private CommandWords() {}

  /**
   * Returns the words, without the quotes.
   *
   * @param option whose value the text is, for messages
   * @throws InvalidInputException if there is no word, or a quote is not closed
   */
  static List<String> split(String option, String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == 0 && Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
        inWord = true;
      } else if (c == quote) {
        quote = 0;
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new InvalidInputException(
          option + ": expected the quote " + quote + " to be closed, found no second one: " + text);
    }
    if (inWord) {
      words.add(word.toString());
    }
    if (words.isEmpty()) {
      throw new InvalidInputException(
          option + ": expected a program and its arguments, found nothing");
    }
    return List.copyOf(words);
  }
}
