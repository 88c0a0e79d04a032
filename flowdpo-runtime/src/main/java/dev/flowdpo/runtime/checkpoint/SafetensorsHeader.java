package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.InvalidInputException;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parsed and checked header of a safetensors file.
 *
 * <p>The text is read as a stream: what is kept in memory is bounded by a small multiple of what
 * the header really holds, never by a number that it claims.
 *
 * @param tensors the tensors by name, in the order of their data
 * @param metadata the free-form {@code __metadata__} texts
 */
record SafetensorsHeader(
    ImmutableMap<String, TensorInfo> tensors, ImmutableMap<String, String> metadata) {
  private static final String METADATA = "__metadata__";

  /** More dimensions than any tensor has; keeps a hostile shape from growing. */
  private static final int MAX_DIMENSIONS = 32;

  /** Several times what the largest models have; keeps a hostile header from filling the heap. */
  private static final int MAX_ENTRIES = 250_000;

  private static final int MAX_TEXT_LENGTH = 1 << 21;

  // Tensor names come from the file, so they must not fill a table that outlives the parser.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(MAX_TEXT_LENGTH).build())
          .build();

  /**
   * {@return the header}
   *
   * @param text exactly the header's text; not closed
   * @param dataSize the number of bytes in the file after the header
   * @throws InvalidInputException if the header is not what the format asks for
   */
  static SafetensorsHeader parse(Path file, Reader text, long dataSize) throws IOException {
    try (JsonParser parser = JSON.createParser(text)) {
      return new Parse(file, parser).header(dataSize);
    } catch (CharacterCodingException | CharConversionException e) {
      throw new InvalidInputException(file + ": header: expected UTF-8 text, found other bytes", e);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          file
              + ": header: expected a JSON object, found malformed JSON: "
              + e.getOriginalMessage()
              + "; the file is damaged or not a safetensors file",
          e);
    }
  }

  /** One pass over one header. */
  private record Parse(Path file, JsonParser parser) {
    SafetensorsHeader header(long dataSize) throws IOException {
      Map<String, String> metadata = new LinkedHashMap<>();
      List<TensorInfo> tensors = new ArrayList<>();
      expect(parser.nextToken(), JsonToken.START_OBJECT, "header", "a JSON object");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        if (name.equals(METADATA)) {
          metadata(metadata);
        } else {
          tensors.add(tensor(name));
          expectRoom("header", tensors.size());
        }
      }
      if (parser.nextToken() != null) {
        throw problem("header", "nothing after the JSON object", "more JSON");
      }
      return new SafetensorsHeader(inOrder(tensors, dataSize), ImmutableMap.copyOf(metadata));
    }

    private void metadata(Map<String, String> metadata) throws IOException {
      expect(parser.nextToken(), JsonToken.START_OBJECT, METADATA, "an object of strings");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        expect(parser.nextToken(), JsonToken.VALUE_STRING, METADATA + "." + key, "a string");
        metadata.put(key, parser.getText());
        expectRoom(METADATA, metadata.size());
      }
    }

    private TensorInfo tensor(String name) throws IOException {
      String what = "tensor \"" + name + "\"";
      String dtype = "";
      long[] shape = {-1};
      long[] offsets = {};
      expect(parser.nextToken(), JsonToken.START_OBJECT, what, "an object");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (key) {
          case "dtype" -> {
            expect(value, JsonToken.VALUE_STRING, what + ": dtype", "a string");
            dtype = parser.getText();
          }
          case "shape" -> shape = sizes(value, what + ": shape");
          case "data_offsets" -> offsets = sizes(value, what + ": data_offsets");
          default -> parser.skipChildren();
        }
      }
      Integer bits = ElementSizes.BITS.get(dtype);
      if (bits == null) {
        throw problem(
            what + ": dtype",
            "one of " + ElementSizes.BITS.keySet(),
            dtype.isEmpty() ? "none" : "\"" + dtype + "\"");
      }
      if (Arrays.equals(shape, new long[] {-1})) {
        throw problem(what + ": shape", "a list of sizes", "none");
      }
      if (offsets.length != 2 || offsets[0] > offsets[1]) {
        throw problem(what + ": data_offsets", "[begin, end]", Arrays.toString(offsets));
      }
      long size = byteSize(what, dtype, bits, shape);
      if (offsets[1] - offsets[0] != size) {
        throw problem(
            what + ": data_offsets",
            size + " bytes for " + dtype + " " + Arrays.toString(shape),
            (offsets[1] - offsets[0]) + " bytes in " + Arrays.toString(offsets));
      }
      return new TensorInfo(name, dtype, shape, offsets[0], offsets[1]);
    }

    private void expectRoom(String what, int entries) {
      if (entries > MAX_ENTRIES) {
        throw problem(what, "at most " + MAX_ENTRIES + " entries", "more");
      }
    }

    private long[] sizes(JsonToken start, String what) throws IOException {
      expect(start, JsonToken.START_ARRAY, what, "a list of whole numbers");
      long[] sizes = new long[MAX_DIMENSIONS];
      int count = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, what, "whole numbers");
        if (count == MAX_DIMENSIONS) {
          throw problem(what, "at most " + MAX_DIMENSIONS + " numbers", "more");
        }
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
            || parser.getLongValue() < 0) {
          throw problem(what, "whole numbers from 0 to " + Long.MAX_VALUE, parser.getText());
        }
        sizes[count++] = parser.getLongValue();
      }
      return Arrays.copyOf(sizes, count);
    }

    private long byteSize(String what, String dtype, int bits, long[] shape) {
      try {
        long total = bits;
        for (long size : shape) {
          total = Math.multiplyExact(total, size);
        }
        if (total % Byte.SIZE != 0) {
          throw problem(what, "a whole number of bytes", dtype + " " + Arrays.toString(shape));
        }
        return total / Byte.SIZE;
      } catch (ArithmeticException e) {
        throw problem(what + ": shape", "a size that a file can have", Arrays.toString(shape));
      }
    }

    private ImmutableMap<String, TensorInfo> inOrder(List<TensorInfo> tensors, long dataSize) {
      tensors.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
      ImmutableMap.Builder<String, TensorInfo> byName = ImmutableMap.builder();
      long next = 0;
      for (TensorInfo tensor : tensors) {
        if (tensor.begin() != next) {
          throw problem(
              "tensor \"" + tensor.name() + "\": data_offsets",
              "to begin at byte " + next + ", where the tensor before it ends",
              "byte " + tensor.begin());
        }
        next = tensor.end();
        byName.put(tensor.name(), tensor);
      }
      if (next != dataSize) {
        throw problem("tensor data", next + " bytes after the header", dataSize + " bytes");
      }
      return byName.buildOrThrow();
    }

    private void expect(@Nullable JsonToken found, JsonToken token, String what, String expected)
        throws IOException {
      if (found != token) {
        throw problem(what, expected, found == null ? "nothing" : parser.getText());
      }
    }

    private InvalidInputException problem(String what, String expected, String found) {
      return new InvalidInputException(
          file
              + ": "
              + what
              + ": expected "
              + expected
              + ", found "
              + found
              + "; the file is damaged or not a safetensors file");
    }
  }
}
