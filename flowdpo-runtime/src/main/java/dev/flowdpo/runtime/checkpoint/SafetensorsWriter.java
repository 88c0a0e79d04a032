package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.HalfPrecision;
import dev.flowdpo.runtime.internal.Lookup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Writes safetensors files.
 *
 * <p>Tensors are written in the order of their names and the header is padded with spaces to a
 * multiple of eight bytes, so the same content gives the same bytes and a reader can map the data
 * without a copy. The file appears under its name only when it is complete. Stateless and
 * thread-safe.
 */
public final class SafetensorsWriter {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String METADATA = "__metadata__";
  private static final int ALIGNMENT = 8;
  private static final int BLOCK_BYTES = 1 << 16;

  private SafetensorsWriter() {}

  /**
   * Writes the tensors, replacing the file if it exists.
   *
   * @param file the file; its folder is created if needed
   * @param tensors the tensors by name
   * @param type the type in which every tensor is stored; values are rounded to nearest, ties to
   *     even
   * @param metadata the texts of {@code __metadata__}; empty for none
   * @throws InvalidInputException if a finite value lies outside the range of the type; the old
   *     file is then untouched
   * @throws UncheckedIOException if writing fails; the old file is then untouched
   */
  public static void write(
      Path file, Map<String, FloatTensor> tensors, DataType type, Map<String, String> metadata) {
    Map<String, long[]> shapes = new TreeMap<>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    write(file, shapes, name -> Lookup.required(tensors, name).data()::get, type, metadata);
  }

  /** The values of one tensor, one after the other. */
  @FunctionalInterface
  public interface Values {
    /** {@return the next value in row-major order} */
    float next();
  }

  /**
   * Writes tensors whose values are made while they are written, so that none is ever held whole;
   * otherwise as {@link #write(Path, Map, DataType, Map)}.
   *
   * @param file the file; its folder is created if needed
   * @param shapes the shape of each tensor by name
   * @param values gives the values of the tensor of this name; asked once a tensor, in the order of
   *     the names
   * @param type the type in which every tensor is stored
   * @param metadata the texts of {@code __metadata__}; empty for none
   * @throws InvalidInputException if a finite value lies outside the range of the type; the old
   *     file is then untouched
   * @throws UncheckedIOException if writing fails; the old file is then untouched
   */
  public static void write(
      Path file,
      Map<String, long[]> shapes,
      Function<String, Values> values,
      DataType type,
      Map<String, String> metadata) {
    TreeMap<String, long[]> sorted = new TreeMap<>(shapes);
    byte[] header = header(sorted, type, metadata);
    try {
      AtomicFiles.write(
          file,
          channel -> {
            ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            block.putLong(header.length).flip();
            AtomicFiles.writeFully(channel, block);
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(header));
            for (Map.Entry<String, long[]> tensor : sorted.entrySet()) {
              Values source = values.apply(tensor.getKey());
              long count = FloatTensor.elements(tensor.getValue());
              writeValues(channel, block, file, tensor.getKey(), source, count, type);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written", e);
    }
  }

  private static byte[] header(
      Map<String, long[]> shapes, DataType type, Map<String, String> metadata) {
    ObjectNode root = MAPPER.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = root.putObject(METADATA);
      new TreeMap<>(metadata).forEach(texts::put);
    }
    long offset = 0;
    for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
      if (entry.getKey().equals(METADATA)) {
        throw new IllegalArgumentException("a tensor cannot be named " + entry.getKey());
      }
      ObjectNode tensor = root.putObject(entry.getKey()).put("dtype", type.name());
      ArrayNode shape = tensor.putArray("shape");
      for (long size : entry.getValue()) {
        shape.add(size);
      }
      long end = offset + FloatTensor.elements(entry.getValue()) * type.bytes();
      tensor.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    return padded(root);
  }

  /** {@return the header as bytes, filled up so that the data behind it is aligned} */
  static byte[] padded(ObjectNode root) {
    try {
      StringBuilder json = new StringBuilder(MAPPER.writeValueAsString(root));
      int bytes = json.toString().getBytes(StandardCharsets.UTF_8).length;
      json.append(" ".repeat(Math.floorMod(-bytes, ALIGNMENT)));
      return json.toString().getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("names not writable as JSON: " + e.getMessage(), e);
    }
  }

  /** Appends the values in the type, little-endian; the block is used on the way. */
  static void writeValues(
      FileChannel channel,
      ByteBuffer block,
      Path file,
      String name,
      Values values,
      long count,
      DataType type)
      throws IOException {
    for (long left = count; left > 0; ) {
      block.clear();
      for (; left > 0 && block.remaining() >= type.bytes(); left--) {
        float value = values.next();
        switch (type) {
          case F32 -> block.putFloat(value);
          case F16 -> block.putShort(inRange(HalfPrecision.toF16(value), value, file, name, type));
          case BF16 ->
              block.putShort(inRange(HalfPrecision.toBf16(value), value, file, name, type));
        }
      }
      block.flip();
      AtomicFiles.writeFully(channel, block);
    }
  }

  private static short inRange(short half, float value, Path file, String name, DataType type) {
    float stored =
        type == DataType.F16 ? HalfPrecision.fromF16(half) : HalfPrecision.fromBf16(half);
    if (Float.isInfinite(stored) && !Float.isInfinite(value)) {
      throw new InvalidInputException(
          file
              + ": tensor \""
              + name
              + "\": expected values in the range of "
              + type
              + ", found "
              + value
              + "; write the file as F32");
    }
    return half;
  }
}
