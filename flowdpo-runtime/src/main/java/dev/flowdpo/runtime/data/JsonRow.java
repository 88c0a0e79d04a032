package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One object of a data file, whose fields are asked for by name and type. A field that is {@code
 * null} counts as absent: column stores write nulls where a row has no value. Immutable as long as
 * nobody changes the node.
 *
 * @param file where it stands
 * @param place where in the file, such as {@code line 3}
 * @param node the object
 */
record JsonRow(Path file, String place, ObjectNode node) {
  private static final int MAX_SHOWN = 80;

  /** Returns whether the row has a value under the key. */
  boolean has(String key) {
    return node.hasNonNull(key);
  }

  Optional<JsonNode> find(String key) {
    return Optional.ofNullable(node.get(key)).filter(value -> !value.isNull());
  }

  JsonNode require(String key, String expected) {
    return find(key).orElseThrow(() -> wrong(key, expected, Optional.ofNullable(node.get(key))));
  }

  /** Returns a text, which may be empty. */
  String string(String key) {
    JsonNode value = require(key, "a text");
    if (!value.isTextual()) {
      throw wrong(key, "a text", value);
    }
    return value.textValue();
  }

  /** Returns a text that is not blank, or a number as text. */
  String textOrNumber(String key) {
    String expected = "a text or a number";
    JsonNode value = require(key, expected);
    if ((!value.isTextual() && !value.isNumber()) || value.asText().isBlank()) {
      throw wrong(key, expected, value);
    }
    return value.asText();
  }

  /** Returns a finite number, or the fallback where there is none. */
  double number(String key, double fallback) {
    Optional<JsonNode> value = find(key);
    if (value.isPresent()
        && (!value.get().isNumber() || !Double.isFinite(value.get().doubleValue()))) {
      throw wrong(key, "a finite number", value.get());
    }
    return value.map(JsonNode::doubleValue).orElse(fallback);
  }

  /** Returns a whole number of at least 0, or the fallback where there is none. */
  int wholeNumber(String key, int fallback) {
    Optional<JsonNode> value = find(key);
    if (value.isPresent() && !isWhole(value.get())) {
      throw wrong(key, "a whole number of at least 0", value.get());
    }
    return value.map(JsonNode::intValue).orElse(fallback);
  }

  /** Returns token ids, each below the size of the vocabulary. */
  TokenIds tokenIds(String key, int vocabularySize) {
    String expected = "an array of token ids from 0 to " + (vocabularySize - 1);
    JsonNode value = require(key, expected);
    if (!value.isArray()) {
      throw wrong(key, expected, value);
    }
    TokenIds.Builder ids = TokenIds.builder(value.size());
    for (JsonNode id : value) {
      if (!isWhole(id) || id.intValue() >= vocabularySize) {
        throw wrong(key, expected, id);
      }
      ids.add(id.intValue());
    }
    return ids.build();
  }

  private static boolean isWhole(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 0;
  }

  /** Returns the value of a key that is there, as messages show it. */
  String shown(String key) {
    return shown(node.path(key));
  }

  InvalidInputException wrong(String key, String expected, JsonNode found) {
    return wrong(key, expected, shown(found));
  }

  InvalidInputException wrong(String key, String expected, String found) {
    return new InvalidInputException(
        "%s, %s: key \"%s\": expected %s, found %s".formatted(file, place, key, expected, found));
  }

  private InvalidInputException wrong(String key, String expected, Optional<JsonNode> found) {
    return wrong(key, expected, found.isPresent() ? "null" : "no such key");
  }

  /** Returns the error with file and line named in front, where it does not name them already. */
  InvalidInputException at(InvalidInputException error) {
    String at = file + ", " + place + ": ";
    String message = String.valueOf(error.getMessage());
    return message.startsWith(at) ? error : new InvalidInputException(at + message, error);
  }

  /** Returns a value as messages show it, not longer than a line. */
  static String shown(JsonNode node) {
    String text = node.toString();
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }
}
