package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.None;
import dev.flowdpo.chattemplate.Values.Tuple;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;

/** The methods of Python's strings that cut them. Stateless. */
final class StringPieces {
  private static final String LINE_ENDS = "\n\r\u000B\f\u001C\u001D\u001E\u0085\u2028\u2029";

  private StringPieces() {}

  /** {@return the text without white space, or the given characters, at the ends} */
  static String strip(String text, Arguments arguments, boolean left, boolean right) {
    Object given = arguments.get(0, "chars", None.NONE);
    arguments.atMost(1);
    IntPredicate strips = PythonText::isSpace;
    if (given != None.NONE) {
      String characters = Values.string(given);
      arguments.work().search(text, characters);
      strips = c -> characters.indexOf(c) >= 0;
    }
    arguments.work().steps(1L + text.length());
    String stripped = right ? PythonText.stripRight(text, strips) : text;
    return left ? PythonText.stripLeft(stripped, strips) : stripped;
  }

  /** {@return the parts between separators, at most so many as asked for, plus one} */
  static List<Object> split(String text, Arguments arguments, boolean fromEnd) {
    Object given = arguments.get(0, "sep", None.NONE);
    int asked = arguments.index(1, "maxsplit", -1);
    int most = asked < 0 ? Integer.MAX_VALUE : asked;
    arguments.atMost(2);
    Deque<Object> parts = new ArrayDeque<>();
    if (given == None.NONE) {
      arguments.work().steps(1L + text.length());
      atSpaces(text, most, fromEnd, parts);
    } else {
      String separator = Values.string(given);
      if (separator.isEmpty()) {
        throw new ChatTemplateException("split: expected a separator, found an empty one");
      }
      arguments.work().search(text, separator);
      arguments.work().steps(fromEnd ? text.length() : 0);
      at(text, separator, most, fromEnd, parts);
    }
    arguments.work().steps(parts.size());
    return new ArrayList<>(parts);
  }

  private static void at(
      String text, String separator, int most, boolean fromEnd, Deque<Object> parts) {
    String rest = text;
    int start = 0;
    int end = text.length();
    while (parts.size() < most) {
      int found =
          fromEnd
              ? rest.lastIndexOf(separator, end - separator.length())
              : rest.indexOf(separator, start);
      if (found < 0 || (fromEnd && end < separator.length())) {
        break;
      }
      if (fromEnd) {
        parts.addFirst(text.substring(found + separator.length(), end));
        end = found;
      } else {
        parts.addLast(text.substring(start, found));
        start = found + separator.length();
      }
    }
    if (fromEnd) {
      parts.addFirst(text.substring(0, end));
    } else {
      parts.addLast(text.substring(start));
    }
  }

  private static void atSpaces(String text, int most, boolean fromEnd, Deque<Object> parts) {
    if (fromEnd) {
      atSpacesFromEnd(text, most, parts);
      return;
    }
    int begin = PythonText.skip(text, 0, PythonText::isSpace);
    while (begin < text.length()) {
      int end =
          parts.size() == most
              ? text.length()
              : PythonText.skip(text, begin, c -> !PythonText.isSpace(c));
      parts.addLast(text.substring(begin, end));
      begin = PythonText.skip(text, end, PythonText::isSpace);
    }
  }

  private static void atSpacesFromEnd(String text, int most, Deque<Object> parts) {
    int end = PythonText.skipBack(text, text.length(), PythonText::isSpace);
    while (end > 0) {
      int begin =
          parts.size() == most ? 0 : PythonText.skipBack(text, end, c -> !PythonText.isSpace(c));
      parts.addFirst(text.substring(begin, end));
      end = PythonText.skipBack(text, begin, PythonText::isSpace);
    }
  }

  /** {@return the lines, without their ends unless these are asked for} */
  static List<Object> lines(String text, Arguments arguments) {
    boolean keep = Values.isTrue(arguments.get(0, "keepends", false));
    arguments.work().steps(1L + text.length() / 2);
    List<Object> lines = new ArrayList<>();
    int start = 0;
    int at = 0;
    while (at < text.length()) {
      if (LINE_ENDS.indexOf(text.charAt(at)) < 0) {
        at++;
        continue;
      }
      int end = at + (text.startsWith("\r\n", at) ? 2 : 1);
      lines.add(text.substring(start, keep ? end : at));
      start = end;
      at = end;
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    arguments.work().steps(lines.size());
    return lines;
  }

  /** {@return what is before the separator, the separator, and what is after it} */
  static Tuple partition(String text, Arguments arguments, boolean last) {
    String separator = arguments.string(0, "sep");
    arguments.work().search(text, separator);
    arguments.work().steps(last ? text.length() : 0);
    int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (separator.isEmpty()) {
      throw new ChatTemplateException("partition: expected a separator, found an empty one");
    }
    if (at < 0) {
      return new Tuple(last ? List.of("", "", text) : List.of(text, "", ""));
    }
    return new Tuple(
        List.of(text.substring(0, at), separator, text.substring(at + separator.length())));
  }
}
