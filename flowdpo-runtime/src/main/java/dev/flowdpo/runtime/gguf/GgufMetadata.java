package dev.flowdpo.runtime.gguf;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.FileIdentity;
import dev.flowdpo.runtime.internal.Lookup;
import dev.flowdpo.runtime.internal.UninterruptedChannel;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The metadata of a GGUF file, asked for by key and type. Arrays are read from the file each time;
 * a value of another type is refused with file, key, what was expected and what was found.
 * Immutable and thread-safe.
 */
public final class GgufMetadata {
  private final Path file;
  private final FileIdentity identity;
  private final ImmutableMap<String, Object> values;

  GgufMetadata(Path file, FileIdentity identity, ImmutableMap<String, Object> values) {
    this.file = file;
    this.identity = identity;
    this.values = values;
  }

  /** {@return the file} */
  public Path file() {
    return file;
  }

  /** Returns the names of all keys. */
  Set<String> keys() {
    return values.keySet();
  }

  /**
   * Returns the value of a key as a file of the same model can have it; empty for what is not
   * copied, arrays in arrays.
   */
  Optional<GgufValue> value(String key) {
    Object value = Lookup.required(values, key);
    if (value instanceof MetadataReader.Array array) {
      return array.type() == ValueType.ARRAY
          ? Optional.empty()
          : Optional.of(GgufValue.array(array.type(), read(key, array)));
    }
    return Optional.of(GgufValue.of(value));
  }

  /** {@return whether there is such a key} */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /**
   * {@return the text under a key, if there is such a key}
   *
   * @throws InvalidInputException if it is no text
   */
  public Optional<String> text(String key) {
    return find(key, String.class, "a text");
  }

  /**
   * {@return the text under a key}
   *
   * @throws InvalidInputException if there is no such key, or it is no text
   */
  public String requiredText(String key) {
    return text(key).orElseThrow(() -> missing(key, "a text"));
  }

  /**
   * {@return the whole number under a key, if there is such a key}
   *
   * @param minimum the smallest that is accepted; the largest is that of an int
   * @throws InvalidInputException if it is none, or not in the range
   */
  public Optional<Integer> integer(String key, int minimum) {
    String expected = "a whole number from " + minimum + " to " + Integer.MAX_VALUE;
    return find(key, Long.class, expected)
        .map(
            value -> {
              if (value < minimum || value > Integer.MAX_VALUE) {
                throw wrong(key, expected, value);
              }
              return value.intValue();
            });
  }

  /**
   * {@return the whole number under a key}
   *
   * @throws InvalidInputException if there is no such key, or as {@link #integer} does
   */
  public int requiredInteger(String key, int minimum) {
    return integer(key, minimum).orElseThrow(() -> missing(key, "a whole number"));
  }

  /**
   * {@return the finite number under a key, if there is such a key}
   *
   * @throws InvalidInputException if it is none
   */
  public Optional<Double> number(String key) {
    String expected = "a finite number";
    return find(key, Number.class, expected)
        .map(
            value -> {
              if (!Double.isFinite(value.doubleValue())) {
                throw wrong(key, expected, value);
              }
              return value.doubleValue();
            });
  }

  /**
   * {@return the truth value under a key, if there is such a key}
   *
   * @throws InvalidInputException if it is none
   */
  public Optional<Boolean> flag(String key) {
    return find(key, Boolean.class, "true or false");
  }

  /**
   * {@return the texts under a key, if there is such a key}
   *
   * @throws InvalidInputException if they are none
   */
  public Optional<List<String>> texts(String key) {
    return array(key, String.class, "an array of texts");
  }

  /**
   * {@return the numbers under a key, if there is such a key}
   *
   * @throws InvalidInputException if they are none
   */
  public Optional<List<Number>> numbers(String key) {
    return array(key, Number.class, "an array of numbers");
  }

  /**
   * {@return the truth values under a key}
   *
   * @throws InvalidInputException if they are none
   */
  List<Boolean> flags(String key) {
    return array(key, Boolean.class, "an array of truth values")
        .orElseThrow(() -> missing(key, "an array of truth values"));
  }

  /** {@return whether there is an array under a key} */
  boolean isArray(String key) {
    return values.get(key) instanceof MetadataReader.Array;
  }

  /** {@return the error for the value of a key} */
  public InvalidInputException wrong(String key, String expected, Object found) {
    return new InvalidInputException(
        file + ": " + MetadataReader.field(key) + ": expected " + expected + ", found " + found);
  }

  private InvalidInputException missing(String key, String expected) {
    return wrong(key, expected, "no such key; convert the model again");
  }

  private <T> Optional<T> find(String key, Class<T> type, String expected) {
    Object value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw wrong(key, expected, shown(value));
    }
    return Optional.of(type.cast(value));
  }

  private static Object shown(Object value) {
    if (value instanceof MetadataReader.Array array) {
      return "an array of " + array.count() + " " + array.type();
    }
    String text = value.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }

  private <T> Optional<List<T>> array(String key, Class<T> type, String expected) {
    Optional<MetadataReader.Array> found = find(key, MetadataReader.Array.class, expected);
    return found.map(
        array -> {
          if (array.type() == ValueType.ARRAY) {
            throw wrong(key, expected, "arrays in an array");
          }
          List<T> elements = new ArrayList<>(array.count());
          for (Object element : read(key, array)) {
            if (!type.isInstance(element)) {
              throw wrong(key, expected, shown(array));
            }
            elements.add(type.cast(element));
          }
          return elements;
        });
  }

  private List<Object> read(String key, MetadataReader.Array array) {
    try {
      return UninterruptedChannel.of(
          file,
          channel -> {
            identity.require(file);
            BoundedInput in = new BoundedInput(file, channel, array.at());
            List<Object> elements = new ArrayList<>(array.count());
            for (int i = 0; i < array.count(); i++) {
              elements.add(array.type().read(in, MetadataReader.field(key)));
            }
            return elements;
          },
          StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw FileIdentity.gone(file, e);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }
}
