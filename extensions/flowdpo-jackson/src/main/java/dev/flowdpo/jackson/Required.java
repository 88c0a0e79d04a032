package dev.flowdpo.jackson;

import dev.flowdpo.error.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Properties without which a value can't be made. */
final class Required {
  private Required() {}

  static <T> T of(String property, @Nullable T value) {
    if (value == null) {
      throw new InvalidInputException(
          "%s: expected the property, found none. Write it as FlowDpoModule does."
              .formatted(property));
    }
    return value;
  }

  /** Returns the constant of that name, in upper or lower case. */
  static <E extends Enum<E>> E constant(Class<E> type, String property, @Nullable String value) {
    String name = of(property, value).toUpperCase(Locale.ROOT);
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "%s: expected one of %s, found \"%s\"."
                        .formatted(property, Arrays.toString(type.getEnumConstants()), value)));
  }
}
