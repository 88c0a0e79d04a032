package dev.flowdpo.verify.math;

/**
 * What a command of LaTeX takes as its argument.
 *
 * @param content the text between the braces, or the one sign where there are none
 * @param end where in the text the argument ends
 */
record TexGroup(String content, int end) {

  /**
   * Returns the argument that starts at a place, blanks before it left out.
   *
   * @throws NotAFormulaException if its brace is not closed
   */
  static TexGroup at(String text, int from) {
    int start = from;
    while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    if (start >= text.length()) {
      return new TexGroup("", start);
    }
    if (text.charAt(start) != '{') {
      return new TexGroup(text.substring(start, start + 1), start + 1);
    }
    int depth = 0;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '{') {
        depth++;
      } else if (c == '}' && --depth == 0) {
        return new TexGroup(text.substring(start + 1, i), i + 1);
      }
    }
    throw new NotAFormulaException("a brace that is not closed");
  }
}
