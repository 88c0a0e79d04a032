package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

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
    TreeMap<String, FloatTensor> sorted = new TreeMap<>(tensors);
    byte[] header = header(sorted, type, metadata);
    try {
      AtomicFiles.write(
          file,
          channel -> {
            ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            block.putLong(header.length).flip();
            AtomicFiles.writeFully(channel, block);
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(header));
            for (Map.Entry<String, FloatTensor> tensor : sorted.entrySet()) {
              writeValues(channel, block, file, tensor.getKey(), tensor.getValue().data(), type);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written", e);
    }
  }

  private static byte[] header(
      Map<String, FloatTensor> tensors, DataType type, Map<String, String> metadata) {
    ObjectNode root = MAPPER.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = root.putObject(METADATA);
      new TreeMap<>(metadata).forEach(texts::put);
    }
    long offset = 0;
    for (Map.Entry<String, FloatTensor> entry : tensors.entrySet()) {
      if (entry.getKey().equals(METADATA)) {
        throw new IllegalArgumentException("a tensor cannot be named " + entry.getKey());
      }
      ObjectNode tensor = root.putObject(entry.getKey()).put("dtype", type.name());
      ArrayNode shape = tensor.putArray("shape");
      for (long size : entry.getValue().shape()) {
        shape.add(size);
      }
      long end = offset + (long) entry.getValue().data().remaining() * type.bytes();
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
      FloatBuffer values,
      DataType type)
      throws IOException {
    while (values.hasRemaining()) {
      block.clear();
      while (values.hasRemaining() && block.remaining() >= type.bytes()) {
        float value = values.get();
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
