package dev.flowdpo.verify.math;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Days of the year in one form: "june 20" for "20th of june". */
final class Dates {
  private static final String MONTH =
      "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
          + "(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?";
  private static final String DAY = "(\\d{1,2}) ?(?:st|nd|rd|th)?";
  private static final Pattern DAY_FIRST =
      Pattern.compile(DAY + "(?: of)? ?" + MONTH + "( \\d{4})?");
  private static final Pattern MONTH_FIRST = Pattern.compile(MONTH + " " + DAY + "( \\d{4})?");

  private Dates() {}

  /** Returns a date in lower case without punctuation as month, day and year; else the text. */
  static String monthFirst(String text) {
    Matcher dayFirst = DAY_FIRST.matcher(text);
    if (dayFirst.matches()) {
      return form(dayFirst.group(2), dayFirst.group(1), dayFirst.group(3));
    }
    Matcher monthFirst = MONTH_FIRST.matcher(text);
    return monthFirst.matches()
        ? form(monthFirst.group(1), monthFirst.group(2), monthFirst.group(3))
        : text;
  }

  /** Says whether a text is a date in that form. */
  static boolean isDate(String text) {
    return MONTH_FIRST.matcher(text).matches();
  }

  private static String form(
      String month, String day, @org.jspecify.annotations.Nullable String year) {
    return month + " " + Integer.parseInt(day) + (year == null ? "" : year);
  }
}
