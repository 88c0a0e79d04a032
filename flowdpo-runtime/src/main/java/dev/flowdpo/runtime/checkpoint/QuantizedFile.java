package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the file of {@link QuantizedWeights}: some megabytes of rows at a time, so that no matrix
 * is ever held whole, on all cores. The file appears when it is complete. Stateless and
 * thread-safe.
 */
final class QuantizedFile {
  private static final Logger LOG = LoggerFactory.getLogger(QuantizedFile.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int PIECE_WEIGHTS = 1 << 20;

  private QuantizedFile() {}

  static String codes(String tensor) {
    return tensor + ".codes";
  }

  static String factors(String tensor) {
    return tensor + ".factors";
  }

  static String zeros(String tensor) {
    return tensor + ".zeros";
  }

  static String offsets(String tensor) {
    return tensor + ".offsets";
  }

  /**
   * Quantises the matrices and writes them.
   *
   * @throws InvalidInputException if the file cannot be written, or a weight is not a finite number
   */
  static void write(Path path, Checkpoint checkpoint, Map<String, BlockFormat> formats) {
    long begin = System.nanoTime();
    byte[] header = header(checkpoint, formats);
    try {
      AtomicFiles.write(
          path,
          channel -> {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            AtomicFiles.writeFully(channel, length.putLong(header.length).flip());
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(header));
            long start = channel.position();
            for (Map.Entry<String, BlockFormat> matrix : formats.entrySet()) {
              start = writeMatrix(channel, start, checkpoint, matrix.getKey(), matrix.getValue());
            }
          });
    } catch (IOException e) {
      throw new InvalidInputException(
          path
              + ": expected to write quantised weights there, found that it is not possible ("
              + e
              + "); choose another cache folder in ModelOptions",
          e);
    }
    LOG.info(
        "Quantised {} matrices of {} in {} s to {}",
        formats.size(),
        checkpoint.path(),
        (System.nanoTime() - begin) / 1_000_000_000,
        path);
  }

  private static byte[] header(Checkpoint checkpoint, Map<String, BlockFormat> formats) {
    ObjectNode root = MAPPER.createObjectNode();
    root.putObject("__metadata__").put("format", "flowdpo-quantized");
    long offset = 0;
    for (Map.Entry<String, BlockFormat> matrix : formats.entrySet()) {
      long[] shape = checkpoint.shape(matrix.getKey());
      BlockLayout layout = matrix.getValue().layout();
      long codes = layout.rowBytes(shape[1]);
      long blocks = layout.blocks(shape[1]);
      String name = matrix.getKey();
      offset = describe(root, codes(name), "U8", shape[0], codes, offset, 1);
      offset = describe(root, factors(name), "F32", shape[0], blocks, offset, Float.BYTES);
      if (layout.zeroPoints()) {
        long zeros = layout.zeroBytes(shape[1]);
        offset = describe(root, zeros(name), "U8", shape[0], zeros, offset, 1);
      }
      if (layout.offsets()) {
        offset = describe(root, offsets(name), "F32", shape[0], blocks, offset, Float.BYTES);
      }
    }
    return SafetensorsWriter.padded(root);
  }

  private static long describe(
      ObjectNode root, String name, String type, long rows, long columns, long begin, int bytes) {
    long end = begin + rows * columns * bytes;
    ObjectNode tensor = root.putObject(name).put("dtype", type);
    tensor.putArray("shape").add(rows).add(columns);
    tensor.putArray("data_offsets").add(begin).add(end);
    return end;
  }

  /** Writes the parts of a matrix from a place in the file on; returns the place behind. */
  private static long writeMatrix(
      FileChannel channel, long start, Checkpoint checkpoint, String name, BlockFormat format)
      throws IOException {
    long[] shape = checkpoint.shape(name);
    BlockLayout layout = format.layout();
    long rowBytes = layout.rowBytes(shape[1]);
    long factorBytes = layout.blocks(shape[1]) * Float.BYTES;
    long zeroBytes = layout.zeroBytes(shape[1]);
    long factorStart = start + shape[0] * rowBytes;
    long zeroStart = factorStart + shape[0] * factorBytes;
    long offsetStart = zeroStart + shape[0] * zeroBytes;
    long offsetBytes = layout.offsets() ? factorBytes : 0;
    int rows = (int) Math.max(1, Math.min(shape[0], PIECE_WEIGHTS / shape[1]));
    int parallel = Runtime.getRuntime().availableProcessors();
    for (long first = 0; first < shape[0]; first += (long) rows * parallel) {
      long from = first;
      int pieces = (int) Math.min(parallel, (shape[0] - first + rows - 1) / rows);
      Piece[] made =
          IntStream.range(0, pieces)
              .parallel()
              .mapToObj(i -> piece(checkpoint, name, format, from + (long) i * rows, rows))
              .toArray(Piece[]::new);
      for (Piece piece : made) {
        writeAt(channel, piece.codes(), start + piece.first() * rowBytes);
        writeAt(channel, piece.factors(), factorStart + piece.first() * factorBytes);
        writeAt(channel, piece.zeros(), zeroStart + piece.first() * zeroBytes);
        writeAt(channel, piece.offsets(), offsetStart + piece.first() * offsetBytes);
      }
    }
    return offsetStart + shape[0] * offsetBytes;
  }

  /** Some rows, quantised. */
  private record Piece(
      long first, ByteBuffer codes, ByteBuffer factors, ByteBuffer zeros, ByteBuffer offsets) {}

  private static Piece piece(
      Checkpoint checkpoint, String name, BlockFormat format, long first, int most) {
    long[] shape = checkpoint.shape(name);
    int rows = (int) Math.min(most, shape[0] - first);
    BlockLayout layout = format.layout();
    long blocks = rows * layout.blocks(shape[1]);
    ByteBuffer codes = ByteBuffer.allocate((int) (rows * layout.rowBytes(shape[1])));
    ByteBuffer zeros = ByteBuffer.allocate((int) (rows * layout.zeroBytes(shape[1])));
    ByteBuffer factors = numbers(blocks);
    ByteBuffer offsets = numbers(layout.offsets() ? blocks : 0);
    BlockRows into = new BlockRows(codes, factors.asFloatBuffer(), zeros, offsets.asFloatBuffer());
    Optional<StoredBlocks> stored =
        checkpoint.blocks(name).filter(found -> found.layout().equals(layout));
    if (stored.isPresent()) {
      stored.get().read(first, rows, into);
    } else if (!new BlockQuantizer(format, shape[1])
        .quantize(checkpoint.weight(name, first, rows), into)) {
      throw new InvalidInputException(
          "%s: tensor \"%s\": expected finite weights, found infinite ones or ones that are not"
                  .formatted(checkpoint.path(), name)
              + " numbers in rows %d to %d; they cannot be quantised"
                  .formatted(first, first + rows - 1));
    }
    return new Piece(first, codes.flip(), factors, zeros.flip(), offsets);
  }

  private static ByteBuffer numbers(long count) {
    return ByteBuffer.allocate((int) (count * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void writeAt(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
    long place = at;
    while (bytes.hasRemaining()) {
      place += channel.write(bytes, place);
    }
  }
}
