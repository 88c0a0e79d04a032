package dev.flowdpo.cli.model;

import com.google.common.math.LongMath;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/** Sizes of memory as text, in units of 1,024. Stateless and thread-safe. */
final class MemorySize {
  private static final Pattern FORM = Pattern.compile("(\\d{1,18})([kmgt]?)(?:i?b)?");
  private static final String UNITS = "kmgt";

  private MemorySize() {}

  /**
   * Returns the number of bytes, such as 17179869184 for {@code 16g}, {@code 16GB}, {@code 16GiB}.
   */
  static long parse(String text) {
    Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      int power = 10 * (UNITS.indexOf(matcher.group(2)) + 1);
      long number = Long.parseLong(matcher.group(1));
      long factor = matcher.group(2).isEmpty() ? 1 : 1L << power;
      long bytes = LongMath.saturatedMultiply(number, factor);
      if (bytes > 0 && bytes < Long.MAX_VALUE) {
        return bytes;
      }
    }
    throw new CommandLine.TypeConversionException(
        "expected a size such as 16g or 900m, found '" + text + "'");
  }

  /** Returns bytes for people: {@code 12.3 GiB}, {@code 456.7 MiB}. */
  static String shown(long bytes) {
    double mebibytes = bytes / (double) (1 << 20);
    return mebibytes < 1024
        ? String.format(Locale.ROOT, "%.1f MiB", mebibytes)
        : String.format(Locale.ROOT, "%.2f GiB", mebibytes / 1024);
  }
}
