package dev.flowdpo.verify.math;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times of day with their half: "4:30 p.m.", "9 AM", "noon". */
final class TimeOfDay {
  private static final int LONGEST = 16;
  private static final Pattern HALVED =
      Pattern.compile("(\\d{1,2})(?::(\\d{2}))?\\s*+([ap])\\.?\\s?+m\\.?");
  private static final Pattern ONE_FORM = Pattern.compile("(\\d{1,2}) (\\d{2}) ([ap])m");

  private TimeOfDay() {}

  /** Returns the one form of a time with its half: "4 30 pm". */
  static Optional<String> of(String text) {
    String lower = text.length() > LONGEST ? "" : text.strip().toLowerCase(Locale.ROOT);
    if (lower.equals("noon") || lower.equals("12 noon")) {
      return Optional.of("12 00 pm");
    }
    if (lower.equals("midnight") || lower.equals("12 midnight")) {
      return Optional.of("12 00 am");
    }
    Matcher time = HALVED.matcher(lower);
    if (!time.matches()) {
      return Optional.empty();
    }
    String minutes = time.group(2) == null ? "00" : time.group(2);
    return Optional.of(Integer.parseInt(time.group(1)) + " " + minutes + " " + time.group(3) + "m");
  }

  /** Returns the minutes since midnight of a time in the one form. */
  static Optional<Long> minutes(String oneForm) {
    Matcher time = ONE_FORM.matcher(oneForm);
    if (!time.matches()) {
      return Optional.empty();
    }
    long hour = Long.parseLong(time.group(1)) % 12 + (time.group(3).equals("p") ? 12 : 0);
    return Optional.of(60 * hour + Long.parseLong(time.group(2)));
  }
}
