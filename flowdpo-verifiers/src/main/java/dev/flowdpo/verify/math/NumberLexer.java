package dev.flowdpo.verify.math;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads numbers: "10,000", "10{,}000", "15,\!000", "1\,000", ".5", "3.0e-4", "0.1\overline{6}". The
 * text of a number's token is its digits with point and exponent; a repeating part stands in
 * brackets.
 */
final class NumberLexer {
  // Possessive throughout: no input makes these go back.
  private static final Pattern DIGITS = Pattern.compile("\\d++");
  private static final Pattern COMMA_GROUP = Pattern.compile(",(\\d{3})(?!\\d)");
  private static final Pattern SPACED_GROUP =
      Pattern.compile(
          "(?:\\s?+\\{,\\s?+\\}|\\s*+(?:\\\\!\\s*+)?,\\s*+\\\\!\\s*+|\\\\[,;: ]\\s?+|[\\u00a0\\u2009\\u202f])(\\d{3})(?!\\d)");
  private static final Pattern FRACTION = Pattern.compile("\\.(\\d++)");
  private static final Pattern REPEATING =
      Pattern.compile("\\\\(?:overline|bar|dot)\\s?+\\{\\s?+(\\d{1,30})\\s?+\\}");
  private static final Pattern EXPONENT = Pattern.compile("[eE]([+-]?+\\d{1,9}+)(?![\\w.])");
  private static final Pattern ELLIPSIS =
      Pattern.compile("\\s?+(?:\\.\\.\\.|…|\\\\(?:ldots|dots|cdots)(?![a-zA-Z]))");
  private static final Pattern PERIOD_OF_ONE = Pattern.compile("(\\d)\\1{2,}+$");
  private static final Pattern PERIOD = Pattern.compile("(\\d{2,8}?)\\1+$");

  private final String text;
  private final boolean commas;
  private int end;
  private boolean hasCommas;
  private boolean hasZeroGroup;

  NumberLexer(String text, boolean commas) {
    this.text = text;
    this.commas = commas;
  }

  /** Returns the digits of the number that starts at a place, where one does; else "". */
  String read(int start) {
    end = start;
    StringBuilder number = new StringBuilder();
    Matcher digits = at(DIGITS);
    if (digits.lookingAt()) {
      number.append(digits.group());
      end = digits.end();
      groups(number);
    }
    boolean whole = end > start;
    Matcher fraction = at(FRACTION);
    if (fraction.lookingAt()) {
      String decimals = fraction.group(1);
      end = fraction.end();
      number.append('.').append(repeating(decimals));
    } else if (!whole) {
      return "";
    } else if (text.startsWith(".\\overline{", end) || text.startsWith(".\\bar{", end)) {
      end++;
      number.append('.').append(repeating(""));
    }
    Matcher exponent = at(EXPONENT);
    if (exponent.lookingAt()) {
      end = exponent.end();
      number.append('e').append(exponent.group(1));
    }
    return number.toString();
  }

  private void groups(StringBuilder number) {
    if (number.length() > 3 || number.charAt(0) == '0') {
      return;
    }
    while (true) {
      Matcher spaced = at(SPACED_GROUP);
      Matcher comma = at(COMMA_GROUP);
      if (spaced.lookingAt()) {
        number.append(spaced.group(1));
        end = spaced.end();
      } else if (comma.lookingAt()) {
        hasCommas = true;
        hasZeroGroup |= comma.group(1).charAt(0) == '0';
        if (!commas) {
          return;
        }
        number.append(comma.group(1));
        end = comma.end();
      } else {
        return;
      }
    }
  }

  /** Returns the decimals with their repeating part in brackets, where there is one. */
  private String repeating(String decimals) {
    Matcher bar = at(REPEATING);
    if (bar.lookingAt()) {
      end = bar.end();
      return decimals + "(" + bar.group(1) + ")";
    }
    Matcher ellipsis = at(ELLIPSIS);
    if (ellipsis.lookingAt() && decimals.length() <= 100) {
      end = ellipsis.end();
      for (Pattern pattern : new Pattern[] {PERIOD_OF_ONE, PERIOD}) {
        Matcher period = pattern.matcher(decimals);
        if (period.find()) {
          return decimals.substring(0, period.start()) + "(" + period.group(1) + ")";
        }
      }
    }
    return decimals;
  }

  private Matcher at(Pattern pattern) {
    Matcher matcher = pattern.matcher(text);
    matcher.region(end, text.length());
    matcher.useTransparentBounds(true);
    return matcher;
  }

  /** Returns where the number that was read last ends. */
  int end() {
    return end;
  }

  /** Says whether a number with commas was seen that may also be a list: no item begins with 0. */
  boolean hasCommas() {
    return hasCommas && !hasZeroGroup;
  }
}
