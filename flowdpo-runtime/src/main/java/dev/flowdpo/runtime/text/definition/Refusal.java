package dev.flowdpo.runtime.text.definition;

import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Path;

/** Makes the messages that refuse a part of a file by its key. */
record Refusal(Path file) {
  private static final int LONGEST = 100;

  /** {@return the exception that names the key, what was expected and what was found} */
  InvalidInputException of(String key, String expected, Object found) {
    return new InvalidInputException(
        file + ": key \"" + key + "\": expected " + expected + ", found " + shortened(found));
  }

  /** Throws unless the condition holds. */
  void unless(boolean condition, String key, String expected, Object found) {
    if (!condition) {
      throw of(key, expected, found);
    }
  }

  private static String shortened(Object found) {
    String text = found.toString();
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
