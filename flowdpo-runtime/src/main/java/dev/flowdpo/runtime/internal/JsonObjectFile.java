package dev.flowdpo.runtime.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A JSON object read from a file, whose fields are asked for by name and type.
 *
 * <p>A field that is {@code null} counts as absent. Whatever is wrong with the file or with a field
 * becomes an {@link InvalidInputException} that names the file, the key, what was expected and what
 * was found. Duplicate keys and files above 16 MiB are refused. Instances are immutable and
 * thread-safe.
 */
public final class JsonObjectFile {
  private static final long MAX_BYTES = 16L << 20;
  private static final int MAX_SHOWN = 80;

  /** The field with the SHA-256 of the object without it. */
  private static final String SEAL = "sum";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private final Path file;
  private final ObjectNode root;

  private JsonObjectFile(Path file, ObjectNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Returns the object that the file holds.
   *
   * @throws InvalidInputException if the file is missing, too large, not UTF-8 or not one JSON
   *     object
   */
  public static JsonObjectFile read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": no such file; expected a JSON file there");
    }
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new InvalidInputException(
            file + ": expected a JSON file of at most " + MAX_BYTES + " bytes, found " + size);
      }
      return parse(file, Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(file + ": expected UTF-8 text, found other bytes", e);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }

  /**
   * Returns the object that a text holds.
   *
   * @param file where the text is from, for messages
   * @throws InvalidInputException if it is not one JSON object
   */
  public static JsonObjectFile parse(Path file, String text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node instanceof ObjectNode object) {
        return new JsonObjectFile(file, object);
      }
      throw new InvalidInputException(
          file + ": expected one JSON object, found " + (text.isBlank() ? "nothing" : shown(node)));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          file + ": expected one JSON object, found malformed JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Returns an object that is not read from a file but named by one in messages. */
  public static JsonObjectFile of(Path file, ObjectNode root) {
    return new JsonObjectFile(file, root.deepCopy());
  }

  /** Returns a copy of the object. */
  public ObjectNode copy() {
    return root.deepCopy();
  }

  /** Returns a new empty object, for writing with {@link #format}. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Returns the object as indented JSON text that ends in a line feed. */
  public static String format(ObjectNode object) {
    try {
      return MAPPER.writeValueAsString(object).replace(System.lineSeparator(), "\n") + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not writable as JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Returns the object as {@link #format} does, with a checksum of its content as last field. */
  public static String formatSealed(ObjectNode object) {
    ObjectNode sealed = object.deepCopy();
    sealed.remove(SEAL);
    return format(sealed.put(SEAL, sum(sealed)));
  }

  /**
   * Checks the object against its checksum, if it has one.
   *
   * @return whether it has one
   * @throws InvalidInputException if the content is not what was written
   */
  public boolean checkSeal() {
    JsonNode seal = root.path(SEAL);
    if (seal.isMissingNode()) {
      return false;
    }
    ObjectNode content = root.deepCopy();
    content.remove(SEAL);
    String found = sum(content);
    if (!found.equals(seal.asText())) {
      throw new InvalidInputException(
          "%s: key \"%s\": expected the checksum of the content, %s, found %s; the file is damaged or was changed"
              .formatted(file, SEAL, found, shown(seal)));
    }
    return true;
  }

  private static String sum(ObjectNode content) {
    return Hashing.sha256().hashString(format(content), StandardCharsets.UTF_8).toString();
  }

  /** Returns the file that was read. */
  public Path file() {
    return file;
  }

  /** Returns the keys in the order of the file, those with a {@code null} value left out. */
  public List<String> keys() {
    List<String> keys = new ArrayList<>();
    root.properties().stream()
        .filter(entry -> !entry.getValue().isNull())
        .forEach(entry -> keys.add(entry.getKey()));
    return List.copyOf(keys);
  }

  /** Returns whether the file has the key, be it with the value {@code null}. */
  public boolean has(String key) {
    return root.has(key);
  }

  /** Returns the value of the key, or empty where it is absent or {@code null}. */
  public Optional<JsonNode> find(String key) {
    return Optional.ofNullable(root.get(key)).filter(node -> !node.isNull());
  }

  /** Returns the value of the key, which must be there. */
  public JsonNode require(String key, String expected) {
    return find(key)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    file + ": key \"" + key + "\": expected " + expected + ", found no such key"));
  }

  /** Returns the text under the key, which must be there. */
  public String string(String key) {
    JsonNode node = require(key, "a string");
    if (!node.isTextual()) {
      throw wrong(key, "a string", node);
    }
    return node.textValue();
  }

  /** Returns the text under the key, or the fallback where it is absent. */
  public String string(String key, String fallback) {
    return find(key).isPresent() ? string(key) : fallback;
  }

  /** Returns the whole number under the key, which must be there and at least {@code minimum}. */
  public int integer(String key, int minimum) {
    String expected = "a whole number from " + minimum + " to " + Integer.MAX_VALUE;
    JsonNode node = require(key, expected);
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < minimum) {
      throw wrong(key, expected, node);
    }
    return node.intValue();
  }

  /** Returns the whole number under the key, or the fallback where it is absent. */
  public int integer(String key, int minimum, int fallback) {
    return find(key).isPresent() ? integer(key, minimum) : fallback;
  }

  /** Returns the finite number under the key, which must be there and at least {@code minimum}. */
  public double number(String key, double minimum) {
    String expected = "a finite number of at least " + minimum;
    JsonNode node = require(key, expected);
    double value = node.doubleValue();
    if (!node.isNumber() || !Double.isFinite(value) || value < minimum) {
      throw wrong(key, expected, node);
    }
    return value;
  }

  /** Returns the finite number under the key, or the fallback where it is absent. */
  public double number(String key, double minimum, double fallback) {
    return find(key).isPresent() ? number(key, minimum) : fallback;
  }

  /** Returns the truth value under the key, or the fallback where it is absent. */
  public boolean flag(String key, boolean fallback) {
    Optional<JsonNode> node = find(key);
    if (node.isPresent() && !node.get().isBoolean()) {
      throw wrong(key, "true or false", node.get());
    }
    return node.map(JsonNode::booleanValue).orElse(fallback);
  }

  /** Returns the exception that says what the key should hold and what it holds. */
  public InvalidInputException wrong(String key, String expected, JsonNode found) {
    return new InvalidInputException(
        file + ": key \"" + key + "\": expected " + expected + ", found " + shown(found));
  }

  /** Returns the error with the file named in front, where it does not name it already. */
  public InvalidInputException inFile(InvalidInputException error) {
    String message = String.valueOf(error.getMessage());
    return message.startsWith(file + ": ")
        ? error
        : new InvalidInputException(file + ": " + message, error);
  }

  private static String shown(JsonNode node) {
    String text = node.toString();
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
  }
}
