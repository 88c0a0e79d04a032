package dev.flowdpo.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds boxed answers. */
final class Boxes {
  private static final Pattern BOX = Pattern.compile("\\\\(?:boxed|fbox)\\s{0,3}+(\\{|\\w)");
  private static final Pattern BETWEEN =
      Pattern.compile(
          "(?:[\\s$,;.&]|\\\\[,;:! ()\\[\\]]|\\\\(?:quad|qquad|text|mbox)(?![a-zA-Z])"
              + "|\\{\\s*+(?:and|or)\\s*+\\}|\\b(?:and|or)\\b"
              + "|\\b[a-z]{3,15}s\\s++and\\b|\\b[a-z]_\\w\\s?+=){0,40}+");
  private static final int MAX_BOXES = 100;

  private Boxes() {}

  /**
   * Boxed text.
   *
   * @param start where its first box begins
   * @param content what is in it; of several boxes in a row, separated by commas; "" where the last
   *     is not closed
   */
  record Found(int start, String content) {}

  private record Box(int start, int end, String content) {}

  /** Returns the last box, together with those that only commas or "and" part from it. */
  static Optional<Found> last(String text) {
    List<Box> boxes = new ArrayList<>();
    Matcher matcher = BOX.matcher(text);
    int from = 0;
    while (matcher.find(from)) {
      Optional<Box> box = at(text, matcher);
      if (box.isEmpty()) {
        return Optional.of(new Found(matcher.start(), ""));
      }
      boolean goesOn =
          !boxes.isEmpty()
              && boxes.size() < MAX_BOXES
              && joined(text, boxes.get(boxes.size() - 1).end(), matcher.start());
      if (!goesOn) {
        boxes.clear();
      }
      boxes.add(box.get());
      from = box.get().end();
    }
    if (boxes.isEmpty()) {
      return Optional.empty();
    }
    List<String> contents = boxes.stream().map(Box::content).distinct().toList();
    return Optional.of(new Found(boxes.get(0).start(), String.join(", ", contents)));
  }

  /** Returns what is in the last box, whatever stands before it; "" where it is not closed. */
  static Optional<String> lastAlone(String text) {
    Optional<String> last = Optional.empty();
    for (Matcher matcher = BOX.matcher(text); matcher.find(); ) {
      last = Optional.of(at(text, matcher).map(Box::content).orElse(""));
    }
    return last;
  }

  private static boolean joined(String text, int from, int to) {
    return to - from <= 60
        && BETWEEN.matcher(text).region(from, to).matches()
        && !text.substring(from, to).contains("\n\n");
  }

  /** Returns the box whose opening was matched, with braces nested as deep as they are. */
  private static Optional<Box> at(String text, Matcher opening) {
    if (!opening.group(1).equals("{")) {
      return Optional.of(new Box(opening.start(), opening.end(), opening.group(1)));
    }
    int begin = opening.end();
    int depth = 1;
    for (int i = begin; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else {
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      }
      if (depth == 0) {
        return Optional.of(new Box(opening.start(), i + 1, text.substring(begin, i).strip()));
      }
    }
    return Optional.empty();
  }
}
