package dev.flowdpo.chattemplate;

import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Times as C's {@code strftime} writes them in English. Stateless. */
final class DateText {
  private DateText() {}

  /** {@return the time in the format; what follows an unknown {@code %} stays as it is} */
  static String format(String format, LocalDateTime time, Work work) {
    work.steps(10L * format.length());
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        text.append(c);
        continue;
      }
      boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
      i += unpadded ? 2 : 1;
      String field = field(format.charAt(i), time);
      text.append(unpadded ? field.replaceFirst("^0+(?=\\d)", "") : field);
    }
    return text.toString();
  }

  private static String field(char conversion, LocalDateTime time) {
    return switch (conversion) {
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'd' -> digits(time.getDayOfMonth(), 2);
      case 'e' -> String.format(Locale.ROOT, "%2d", time.getDayOfMonth());
      case 'm' -> digits(time.getMonthValue(), 2);
      case 'y' -> digits(time.getYear() % 100, 2);
      case 'Y' -> Integer.toString(time.getYear());
      case 'H' -> digits(time.getHour(), 2);
      case 'I' -> digits((time.getHour() + 11) % 12 + 1, 2);
      case 'M' -> digits(time.getMinute(), 2);
      case 'S' -> digits(time.getSecond(), 2);
      case 'f' -> digits((int) (time.getNano() / ChronoUnit.MICROS.getDuration().toNanos()), 6);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'j' -> digits(time.getDayOfYear(), 3);
      case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
      case 'F' -> field('Y', time) + "-" + field('m', time) + "-" + field('d', time);
      case 'T', 'X' -> field('H', time) + ":" + field('M', time) + ":" + field('S', time);
      case 'R' -> field('H', time) + ":" + field('M', time);
      case 'D', 'x' -> field('m', time) + "/" + field('d', time) + "/" + field('y', time);
      case 'c' ->
          String.join(
              " ",
              field('a', time),
              field('b', time),
              field('e', time),
              field('T', time),
              field('Y', time));
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'z', 'Z' -> "";
      case '%' -> "%";
      default -> "%" + conversion;
    };
  }

  private static String digits(int value, int width) {
    return String.format(Locale.ROOT, "%0" + width + "d", value);
  }
}
