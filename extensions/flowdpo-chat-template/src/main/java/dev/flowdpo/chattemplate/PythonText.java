package dev.flowdpo.chattemplate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.function.IntPredicate;

/** Characters, string literals and numbers as Python reads and writes them. Stateless. */
final class PythonText {
  private static final double SCIENTIFIC_FROM = 1e16;
  private static final double SCIENTIFIC_BELOW = 1e-4;
  private static final int DOUBLE_DIGITS = 17;

  private PythonText() {}

  /** {@return whether Python's {@code str.isspace} holds for the character} */
  static boolean isSpace(int character) {
    return Character.isWhitespace(character)
        || character == 0x85
        || character == 0xA0
        || character == 0x2007
        || character == 0x202F;
  }

  /** {@return the text without white space at both ends} */
  static String strip(String text) {
    return stripLeft(stripRight(text));
  }

  /** {@return the text without white space at the start} */
  static String stripLeft(String text) {
    return stripLeft(text, PythonText::isSpace);
  }

  /** {@return the text without white space at the end} */
  static String stripRight(String text) {
    return stripRight(text, PythonText::isSpace);
  }

  /** {@return the text without such characters at the start} */
  static String stripLeft(String text, IntPredicate strips) {
    return text.substring(skip(text, 0, strips));
  }

  /** {@return where the first character from there on stands that is not such} */
  static int skip(String text, int from, IntPredicate skipped) {
    int at = from;
    while (at < text.length() && skipped.test(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  /** {@return the text without such characters at the end} */
  static String stripRight(String text, IntPredicate strips) {
    return text.substring(0, skipBack(text, text.length(), strips));
  }

  /** {@return where the last character before there ends that is not such} */
  static int skipBack(String text, int before, IntPredicate skipped) {
    int at = before;
    while (at > 0 && skipped.test(text.codePointBefore(at))) {
      at -= Character.charCount(text.codePointBefore(at));
    }
    return at;
  }

  /**
   * {@return what a string literal means}
   *
   * @param literal the literal without its quotes
   * @throws ChatTemplateException if an escape is cut off
   */
  static String unescape(String literal) {
    if (literal.indexOf('\\') < 0) {
      return literal;
    }
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < literal.length()) {
      char c = literal.charAt(i++);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      char escaped = literal.charAt(i++);
      int simple = "abfnrtv\\'\"".indexOf(escaped);
      if (simple >= 0) {
        text.append("\u0007\b\f\n\r\t\u000B\\'\"".charAt(simple));
      } else if (escaped == 'x' || escaped == 'u' || escaped == 'U') {
        int digits = escaped == 'x' ? 2 : escaped == 'u' ? 4 : 8;
        text.appendCodePoint(hexadecimal(literal, i, digits));
        i += digits;
      } else if (escaped >= '0' && escaped <= '7') {
        int end = i;
        while (end < literal.length() && end < i + 2 && isOctal(literal.charAt(end))) {
          end++;
        }
        text.append((char) Integer.parseInt(literal.substring(i - 1, end), 8));
        i = end;
      } else if (escaped != '\n') {
        text.append('\\').append(escaped);
      }
    }
    return text.toString();
  }

  private static boolean isOctal(char digit) {
    return digit >= '0' && digit <= '7';
  }

  private static int hexadecimal(String literal, int from, int digits) {
    try {
      int value = Integer.parseInt(literal.substring(from, from + digits), 16);
      if (value >= 0 && Character.isValidCodePoint(value)) {
        return value;
      }
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new ChatTemplateException(
          "expected " + digits + " hexadecimal digits in a string's escape, found others");
    }
    throw new ChatTemplateException(
        "expected a character in a string's escape, found none of this code");
  }

  /** Appends the text as Python's {@code repr} writes it. */
  static void quote(String text, Work work, StringBuilder to) {
    work.characters(text.length());
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    to.append(quote);
    text.codePoints().forEach(c -> quote(c, quote, to));
    to.append(quote);
  }

  private static void quote(int c, char quote, StringBuilder to) {
    switch (c) {
      case '\n' -> to.append("\\n");
      case '\r' -> to.append("\\r");
      case '\t' -> to.append("\\t");
      default -> {
        if (c == quote || c == '\\') {
          to.append('\\').append((char) c);
        } else if (isPrintable(c)) {
          to.appendCodePoint(c);
        } else if (c < 0x100) {
          to.append(String.format("\\x%02x", c));
        } else {
          to.append(c < 0x10000 ? String.format("\\u%04x", c) : String.format("\\U%08x", c));
        }
      }
    }
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /** {@return the number as Python writes it: the shortest digits that give it back} */
  static String decimal(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value > 0 ? "0.0" : "-0.0";
    }
    BigDecimal shortest = shortest(value);
    double size = Math.abs(value);
    if (size < SCIENTIFIC_FROM && size >= SCIENTIFIC_BELOW) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') >= 0 ? plain : plain + ".0";
    }
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - shortest.scale();
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    String sign = value < 0 ? "-" : "";
    String power = (exponent < 0 ? "-" : "+") + String.format("%02d", Math.abs(exponent));
    return sign + mantissa + "e" + power;
  }

  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    BigDecimal shortest = exact.round(new MathContext(DOUBLE_DIGITS));
    // Java's own digits give the number back, but are not always the fewest.
    int digits = Math.min(DOUBLE_DIGITS, new BigDecimal(Double.toString(value)).precision());
    BigDecimal shorter = digits == DOUBLE_DIGITS ? shortest : exact.round(new MathContext(digits));
    while (shorter.doubleValue() == value) {
      shortest = shorter;
      digits = shortest.stripTrailingZeros().precision() - 1;
      if (digits == 0) {
        break;
      }
      shorter = exact.round(new MathContext(digits));
    }
    return shortest.stripTrailingZeros();
  }
}
