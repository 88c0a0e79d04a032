package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.Maps;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongBiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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
    Map<String, Part> parts = parts(checkpoint, formats);
    byte[] header = header(parts.values());
    try {
      AtomicFiles.write(
          path,
          channel -> {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            AtomicFiles.writeFully(channel, length.putLong(header.length).flip());
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(header));
            long start = channel.position();
            for (Map.Entry<String, BlockFormat> matrix : formats.entrySet()) {
              writeMatrix(channel, start, parts, checkpoint, matrix.getKey(), matrix.getValue());
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

  /**
   * One of the file's tensors.
   *
   * @param begin its first byte, counted from the first of the data
   */
  private record Part(String name, String type, long rows, long columns, long begin) {
    long rowBytes() {
      return type.equals("F32") ? columns * Float.BYTES : columns;
    }

    long end() {
      return begin + rows * rowBytes();
    }
  }

  /**
   * Returns the tensors by name, in the order of their data: all codes, then all factors, offsets
   * and zeros. Only zeros may have a number of bytes that nothing with four bytes could follow.
   */
  private static Map<String, Part> parts(Checkpoint checkpoint, Map<String, BlockFormat> formats) {
    Map<String, Part> parts = new LinkedHashMap<>();
    addAll(parts, formats, checkpoint, "U8", QuantizedFile::codes, BlockLayout::rowBytes);
    addAll(parts, formats, checkpoint, "F32", QuantizedFile::factors, BlockLayout::blocks);
    addAll(
        parts,
        Maps.filterValues(formats, format -> format.layout().offsets()),
        checkpoint,
        "F32",
        QuantizedFile::offsets,
        BlockLayout::blocks);
    addAll(
        parts,
        Maps.filterValues(formats, format -> format.layout().zeroPoints()),
        checkpoint,
        "U8",
        QuantizedFile::zeros,
        BlockLayout::zeroBytes);
    return parts;
  }

  private static void addAll(
      Map<String, Part> parts,
      Map<String, BlockFormat> formats,
      Checkpoint checkpoint,
      String type,
      UnaryOperator<String> name,
      ToLongBiFunction<BlockLayout, Long> columns) {
    long begin = parts.values().stream().mapToLong(Part::end).max().orElse(0);
    for (Map.Entry<String, BlockFormat> matrix : formats.entrySet()) {
      long[] shape = checkpoint.shape(matrix.getKey());
      long width = columns.applyAsLong(matrix.getValue().layout(), shape[1]);
      Part part = new Part(name.apply(matrix.getKey()), type, shape[0], width, begin);
      parts.put(part.name(), part);
      begin = part.end();
    }
  }

  private static byte[] header(Iterable<Part> parts) {
    ObjectNode root = MAPPER.createObjectNode();
    root.putObject("__metadata__").put("format", "flowdpo-quantized");
    for (Part part : parts) {
      ObjectNode tensor = root.putObject(part.name()).put("dtype", part.type());
      tensor.putArray("shape").add(part.rows()).add(part.columns());
      tensor.putArray("data_offsets").add(part.begin()).add(part.end());
    }
    return SafetensorsWriter.padded(root);
  }

  /**
   * Writes the parts of a matrix.
   *
   * @param start where the data begins in the file
   */
  private static void writeMatrix(
      FileChannel channel,
      long start,
      Map<String, Part> parts,
      Checkpoint checkpoint,
      String name,
      BlockFormat format)
      throws IOException {
    long[] shape = checkpoint.shape(name);
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
        writeRows(channel, start, parts.get(codes(name)), piece.first(), piece.codes());
        writeRows(channel, start, parts.get(factors(name)), piece.first(), piece.factors());
        writeRows(channel, start, parts.get(offsets(name)), piece.first(), piece.offsets());
        writeRows(channel, start, parts.get(zeros(name)), piece.first(), piece.zeros());
      }
    }
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

  /** Writes rows of a part; blocks that lack the part have no bytes of it. */
  private static void writeRows(
      FileChannel channel, long start, @Nullable Part part, long first, ByteBuffer bytes)
      throws IOException {
    if (part == null) {
      return;
    }
    long place = start + part.begin() + first * part.rowBytes();
    while (bytes.hasRemaining()) {
      place += channel.write(bytes, place);
    }
  }
}
