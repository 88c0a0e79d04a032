package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Callable;
import dev.flowdpo.chattemplate.Values.Tuple;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings. Stateless. */
final class StringMethods {
  private StringMethods() {}

  /** {@return the method of the string, or null if it has none of this name} */
  static @Nullable Callable method(String text, String name) {
    return switch (name) {
      case "strip" -> a -> StringPieces.strip(text, a, true, true);
      case "lstrip" -> a -> StringPieces.strip(text, a, true, false);
      case "rstrip" -> a -> StringPieces.strip(text, a, false, true);
      case "split" -> a -> StringPieces.split(text, a, false);
      case "rsplit" -> a -> StringPieces.split(text, a, true);
      case "splitlines" -> a -> StringPieces.lines(text, a);
      case "partition" -> a -> StringPieces.partition(text, a, false);
      case "rpartition" -> a -> StringPieces.partition(text, a, true);
      case "startswith" -> a -> affix(text, a, true);
      case "endswith" -> a -> affix(text, a, false);
      case "removeprefix" -> a -> removeAffix(counted(text, a), a.string(0, "prefix"), true);
      case "removesuffix" -> a -> removeAffix(counted(text, a), a.string(0, "suffix"), false);
      case "replace" ->
          a ->
              replace(
                  text, a.string(0, "old"), a.string(1, "new"), a.index(2, "count", -1), a.work());
      case "find" -> a -> Values.whole(find(text, a, false));
      case "rfind" -> a -> Values.whole(find(text, a, true));
      case "index" -> a -> indexOf(text, a);
      case "count" -> a -> Values.whole(count(text, a.string(0, "sub"), a.work()));
      case "join" -> a -> join(text, Values.items(a.require(0, "iterable"), a.work()), a.work());
      case "format" -> a -> Formatting.braces(text, a);
      case "upper" -> a -> letters(text, a).toUpperCase(Locale.ROOT);
      case "lower", "casefold" -> a -> letters(text, a).toLowerCase(Locale.ROOT);
      case "title" -> a -> title(letters(text, a));
      case "capitalize" -> a -> capitalize(letters(text, a));
      case "isdigit", "isdecimal", "isnumeric" -> a -> isAll(text, Character::isDigit, a);
      case "isalpha" -> a -> isAll(text, Character::isLetter, a);
      case "isalnum" -> a -> isAll(text, Character::isLetterOrDigit, a);
      case "isspace" -> a -> isAll(text, PythonText::isSpace, a);
      case "isupper" -> a -> isCase(letters(text, a), false);
      case "islower" -> a -> isCase(letters(text, a), true);
      default -> null;
    };
  }

  private static String counted(String text, Arguments arguments) {
    arguments.work().characters(text.length());
    return text;
  }

  /** {@return the text, of which each letter is to be looked at} */
  private static String letters(String text, Arguments arguments) {
    arguments.work().steps(1L + text.length());
    return text;
  }

  private static boolean isAll(String text, IntPredicate predicate, Arguments arguments) {
    letters(text, arguments);
    return !text.isEmpty() && text.codePoints().allMatch(predicate);
  }

  /** {@return whether the text has letters with case, all of this case} */
  static boolean isCase(String text, boolean lower) {
    IntPredicate wanted = lower ? Character::isLowerCase : Character::isUpperCase;
    IntPredicate other = lower ? Character::isUpperCase : Character::isLowerCase;
    return text.codePoints().anyMatch(wanted)
        && text.codePoints().noneMatch(c -> other.test(c) || Character.isTitleCase(c));
  }

  /** {@return the text with its first character in upper case and the others in lower case} */
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = Character.charCount(text.codePointAt(0));
    return titled(text.substring(0, first)) + text.substring(first).toLowerCase(Locale.ROOT);
  }

  private static String titled(String first) {
    int title = Character.toTitleCase(first.codePointAt(0));
    return title == first.codePointAt(0)
        ? first.toUpperCase(Locale.ROOT)
        : Character.toString(title);
  }

  private static String title(String text) {
    StringBuilder title = new StringBuilder();
    boolean inside = false;
    for (int c : text.codePoints().toArray()) {
      boolean letter = Character.isLetter(c);
      String one = Character.toString(c);
      title.append(!letter ? one : inside ? one.toLowerCase(Locale.ROOT) : titled(one));
      inside = letter;
    }
    return title.toString();
  }

  private static boolean affix(String text, Arguments arguments, boolean start) {
    Object given = arguments.require(0, "prefix");
    arguments.atMost(1);
    List<Object> affixes = given instanceof Tuple tuple ? tuple.items() : List.of(given);
    for (Object one : affixes) {
      String affix = Values.string(one);
      arguments.work().characters(affix.length());
      if (start ? text.startsWith(affix) : text.endsWith(affix)) {
        return true;
      }
    }
    return false;
  }

  private static String removeAffix(String text, String affix, boolean start) {
    if (start) {
      return text.startsWith(affix) ? text.substring(affix.length()) : text;
    }
    return text.endsWith(affix) ? text.substring(0, text.length() - affix.length()) : text;
  }

  /**
   * {@return the text with the first occurrences replaced; with all where the count is negative}
   */
  static String replace(String text, String old, String by, int count, Work work) {
    work.search(text, old);
    StringBuilder replaced = new StringBuilder();
    int from = 0;
    int left = count < 0 ? Integer.MAX_VALUE : count;
    int at = text.indexOf(old);
    while (left > 0 && at >= 0) {
      work.characters((long) by.length() + at - from);
      replaced.append(text, from, at).append(by);
      left--;
      from = at + old.length();
      if (!old.isEmpty()) {
        at = text.indexOf(old, from);
      } else if (from < text.length()) {
        at = text.offsetByCodePoints(from, 1);
      } else {
        break;
      }
    }
    return replaced.append(text.substring(from)).toString();
  }

  private static int find(String text, Arguments arguments, boolean last) {
    String sought = arguments.string(0, "sub");
    arguments.atMost(1);
    arguments.work().search(text, sought);
    arguments.work().steps(last ? text.length() : 0);
    int at = last ? text.lastIndexOf(sought) : text.indexOf(sought);
    return at < 0 ? -1 : text.codePointCount(0, at);
  }

  private static Object indexOf(String text, Arguments arguments) {
    int at = find(text, arguments, false);
    if (at < 0) {
      throw new ChatTemplateException("index: expected a part of the string, found another");
    }
    return Values.whole(at);
  }

  private static int count(String text, String sought, Work work) {
    work.search(text, sought);
    if (sought.isEmpty()) {
      return text.codePointCount(0, text.length()) + 1;
    }
    int count = 0;
    for (int at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + sought.length())) {
      count++;
    }
    return count;
  }

  private static String join(String separator, List<Object> items, Work work) {
    StringBuilder joined = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      String item = Values.string(items.get(i));
      work.characters((long) item.length() + separator.length());
      joined.append(i == 0 ? "" : separator).append(item);
    }
    return joined.toString();
  }
}
