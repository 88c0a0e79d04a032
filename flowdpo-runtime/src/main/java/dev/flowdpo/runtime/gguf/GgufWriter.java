package dev.flowdpo.runtime.gguf;

import com.google.common.io.LittleEndianDataOutputStream;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.internal.AtomicFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a GGUF file of version 3. Values are asked for while they are written, some rows at a
 * time; the file appears under its name when it is complete. Not thread-safe.
 */
final class GgufWriter {
  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final int VERSION = 3;
  private static final int ALIGNMENT = 32;
  private static final int PIECE = 1 << 20;

  private final Map<String, GgufValue> keys = new LinkedHashMap<>();
  private final List<Tensor> tensors = new ArrayList<>();

  /** Reads rows of a tensor as the file has them. */
  @FunctionalInterface
  interface Rows {
    /** Returns the values of rows, from the buffer's position on. */
    FloatBuffer read(long firstRow, long rows);
  }

  private record Tensor(String name, GgufType type, long[] shape, long rowsAtOnce, Rows rows) {
    long bytes() {
      return type.byteSize(FloatTensor.elements(shape));
    }
  }

  GgufWriter put(String key, Object value) {
    keys.put(key, value instanceof GgufValue whole ? whole : GgufValue.of(value));
    return this;
  }

  GgufWriter putAll(Map<String, ?> others) {
    others.forEach(this::put);
    return this;
  }

  /**
   * Adds a tensor.
   *
   * @param shape its sizes, outermost first
   * @param together the rows that must be read together
   */
  GgufWriter tensor(String name, GgufType type, long[] shape, long together, Rows rows) {
    long columns = FloatTensor.elements(shape) / shape[0];
    long least = Math.max(1, together);
    long rowsAtOnce = Math.max(least, PIECE / columns / least * least);
    tensors.add(new Tensor(name, type, shape, rowsAtOnce, rows));
    return this;
  }

  /** Adds a tensor of F32 that is in memory. */
  GgufWriter tensor(String name, float[] values, long... shape) {
    int columns = (int) (values.length / shape[0]);
    return tensor(
        name,
        GgufType.F32,
        shape,
        1,
        (first, rows) ->
            FloatBuffer.wrap(values, (int) first * columns, (int) rows * columns).slice());
  }

  /**
   * Writes the file, replacing one that is there.
   *
   * @throws dev.flowdpo.error.InvalidInputException if a value is outside the range of its type
   * @throws UncheckedIOException if writing fails
   */
  void write(Path file) {
    try {
      byte[] header = header();
      AtomicFiles.write(
          file,
          channel -> {
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(header));
            for (Tensor tensor : tensors) {
              write(channel, file, tensor);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written", e);
    }
  }

  private byte[] header() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    LittleEndianDataOutputStream out = new LittleEndianDataOutputStream(bytes);
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    out.writeLong(tensors.size());
    out.writeLong(keys.size());
    for (Map.Entry<String, GgufValue> key : keys.entrySet()) {
      ValueType.STRING.write(out, key.getKey());
      key.getValue().write(out);
    }
    long offset = 0;
    for (Tensor tensor : tensors) {
      ValueType.STRING.write(out, tensor.name);
      out.writeInt(tensor.shape.length);
      for (int i = tensor.shape.length - 1; i >= 0; i--) {
        out.writeLong(tensor.shape[i]);
      }
      out.writeInt(tensor.type.id());
      out.writeLong(offset);
      offset += tensor.bytes() + padding(tensor.bytes());
    }
    out.write(new byte[padding(bytes.size())]);
    return bytes.toByteArray();
  }

  private static int padding(long size) {
    return (int) (-size & ALIGNMENT - 1);
  }

  private static void write(FileChannel channel, Path file, Tensor tensor) throws IOException {
    long columns = FloatTensor.elements(tensor.shape) / tensor.shape[0];
    int pieceBytes =
        Math.toIntExact(
            tensor.type.byteSize(Math.min(tensor.rowsAtOnce, tensor.shape[0]) * columns));
    ByteBuffer piece = ByteBuffer.allocate(pieceBytes).order(ByteOrder.LITTLE_ENDIAN);
    for (long row = 0; row < tensor.shape[0]; row += tensor.rowsAtOnce) {
      long rows = Math.min(tensor.rowsAtOnce, tensor.shape[0] - row);
      String place = file + ": " + GgufHeader.field(tensor.name);
      GgufEncoder.encode(tensor.type, tensor.rows.read(row, rows), piece.clear(), place);
      AtomicFiles.writeFully(channel, piece.flip());
    }
    AtomicFiles.writeFully(channel, ByteBuffer.allocate(padding(tensor.bytes())));
  }
}
