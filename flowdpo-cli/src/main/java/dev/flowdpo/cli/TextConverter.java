package dev.flowdpo.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** Reads one of some values by the text that stands for it, in any case. Immutable. */
abstract class TextConverter<T> implements CommandLine.ITypeConverter<T> {
  private final List<T> values;

  TextConverter(T[] values) {
    this.values = List.copyOf(Arrays.asList(values));
  }

  @Override
  public final T convert(String text) {
    return values.stream()
        .filter(value -> value.toString().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandLine.TypeConversionException(
                    "expected "
                        + values.stream()
                            .map(value -> value.toString().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(" or "))
                        + ", found '"
                        + text
                        + "'"));
  }
}
