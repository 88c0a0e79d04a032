package dev.flowdpo.runtime.data;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last {@code \boxed{…}} of a solution, which by MATH's convention holds its answer, whatever
 * the text after it says. Stateless and thread-safe.
 */
final class LastBox {
  private static final Pattern OPENING = Pattern.compile("\\\\(?:boxed|fbox)\\s*(\\{|\\w)");

  private LastBox() {}

  /** Returns what is in the last box, or empty where there is none or it is not closed. */
  static Optional<String> of(String solution) {
    Matcher opening = OPENING.matcher(solution);
    Optional<String> last = Optional.empty();
    while (opening.find()) {
      last =
          opening.group(1).equals("{")
              ? upToClosingBrace(solution, opening.end())
              : Optional.of(opening.group(1));
    }
    return last.filter(content -> !content.isEmpty());
  }

  private static Optional<String> upToClosingBrace(String text, int begin) {
    int depth = 1;
    for (int i = begin; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '\\' -> i++;
        case '{' -> depth++;
        case '}' -> depth--;
        default -> {}
      }
      if (depth == 0) {
        return Optional.of(text.substring(begin, i).strip());
      }
    }
    return Optional.empty();
  }
}
