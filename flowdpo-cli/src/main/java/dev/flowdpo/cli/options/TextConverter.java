package dev.flowdpo.cli.options;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;

/** Reads one of some values by the text that stands for it, in any case. Immutable. */
public abstract class TextConverter<T> implements CommandLine.ITypeConverter<T> {
  private final List<T> values;

  /** Takes the values that there are, at least one. */
  protected TextConverter(T[] values) {
    this.values = List.copyOf(Arrays.asList(values));
  }

  @Override
  public final T convert(String text) {
    return values.stream()
        .filter(value -> name(value).equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandLine.TypeConversionException(
                    "expected " + names() + ", found '" + text + "'"));
  }

  private static String name(Object value) {
    return value.toString().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private String names() {
    List<String> names = values.stream().map(TextConverter::name).toList();
    String last = names.get(names.size() - 1);
    return names.size() == 1
        ? last
        : String.join(", ", names.subList(0, names.size() - 1)) + " or " + last;
  }
}
