package dev.flowdpo.runtime.checkpoint;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.LeakDetector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The quantised matrices of a checkpoint, mapped from a file that is made once and found again by
 * the content of the weights: {@code MODE-DIGEST.safetensors} in the cache folder. For every matrix
 * the file holds the codes {@code [out, bytes of a row]} as U8, the factors {@code [out, blocks]}
 * as F32 and, where blocks have their own, the offsets {@code [out, blocks]} as F32 and the zeros
 * {@code [out, bytes of a row]} as U8, as {@link BlockLayout} says. The codes of all matrices come
 * first, then all factors, offsets and zeros, each in the order of the forward pass: so matrices
 * that follow each other there are one larger matrix, too.
 *
 * <p>Beside the file are its checksums, {@code .crc32c}, against which it is read whole before
 * anything of it is used; a file that is damaged, or has none, is made again.
 *
 * <p>Each part of the file is mapped once, when it is first asked for. Thread-safe. Buffers stay
 * valid after {@link #close}.
 */
public final class QuantizedWeights implements AutoCloseable {
  /** The cache folder within a model's folder, where no other is chosen. */
  public static final String FOLDER = "flowdpo-cache";

  private static final Logger LOG = LoggerFactory.getLogger(QuantizedWeights.class);

  private final SafetensorsFile file;

  /** What was mapped, so that a session that asks again maps nothing again. */
  private final Map<List<String>, ByteBuffer> bytes = new ConcurrentHashMap<>();

  private final LeakDetector.Handle open;

  private QuantizedWeights(SafetensorsFile file) {
    this.file = file;
    this.open = LeakDetector.opened(this, "The quantised weights " + file.path());
  }

  /**
   * Opens the file for this checkpoint, and makes it where it is missing or damaged.
   *
   * @param precision the formats of the matrices
   * @param cache the folder of the file; empty for {@link #FOLDER} in the checkpoint's folder
   * @throws InvalidInputException if the file cannot be written, or a weight is not a finite number
   */
  public static QuantizedWeights open(
      Checkpoint checkpoint, MatrixFormats precision, Optional<Path> cache) {
    Map<String, BlockFormat> formats = precision.of(checkpoint.config());
    String digest =
        WeightDigest.of(checkpoint, precision.digestName(), List.copyOf(formats.keySet()));
    Path folder = cache.orElseGet(() -> checkpoint.folder().resolve(FOLDER));
    Path path = folder.resolve(precision.name() + "-" + digest + ".safetensors");
    if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      try {
        StripeSums.check(path);
        return checked(path, checkpoint, formats);
      } catch (InvalidInputException e) {
        LOG.warn("Quantised weights are made again: {}", e.getMessage());
      }
    }
    QuantizedFile.write(path, checkpoint, formats);
    StripeSums.write(path);
    return checked(path, checkpoint, formats);
  }

  private static QuantizedWeights checked(
      Path path, Checkpoint checkpoint, Map<String, BlockFormat> formats) {
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      formats.forEach(
          (name, format) -> {
            long[] shape = checkpoint.shape(name);
            BlockLayout layout = format.layout();
            check(file, QuantizedFile.codes(name), "U8", shape[0], layout.rowBytes(shape[1]));
            check(file, QuantizedFile.factors(name), "F32", shape[0], layout.blocks(shape[1]));
            if (layout.zeroPoints()) {
              check(file, QuantizedFile.zeros(name), "U8", shape[0], layout.zeroBytes(shape[1]));
            }
            if (layout.offsets()) {
              check(file, QuantizedFile.offsets(name), "F32", shape[0], layout.blocks(shape[1]));
            }
          });
      return new QuantizedWeights(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static void check(SafetensorsFile file, String name, String type, long... shape) {
    TensorInfo found = file.tensor(name);
    if (!found.dtype().equals(type) || !Arrays.equals(found.shape(), shape)) {
      throw new InvalidInputException(
          "%s: tensor \"%s\": expected %s%s, found %s%s"
              .formatted(
                  file.path(),
                  name,
                  type,
                  Arrays.toString(shape),
                  found.dtype(),
                  Arrays.toString(found.shape())));
    }
  }

  /** {@return the file} */
  public Path path() {
    return file.path();
  }

  /**
   * {@return the codes of a matrix, or of matrices that follow each other in the forward pass and
   * have one layout, one below the other: read-only, direct, {@code [out, bytes of a row]}}
   */
  public ByteBuffer codes(List<String> tensors) {
    return bytes(tensors, QuantizedFile::codes);
  }

  /** {@return the factors {@code [out, blocks]}, as {@link #codes}} */
  public FloatBuffer factors(List<String> tensors) {
    return bytes(tensors, QuantizedFile::factors).asFloatBuffer();
  }

  /** {@return the offsets {@code [out, blocks]} of blocks that have some, as {@link #codes}} */
  public FloatBuffer offsets(List<String> tensors) {
    return bytes(tensors, QuantizedFile::offsets).asFloatBuffer();
  }

  /** {@return the zeros of blocks that have their own, as {@link #codes}} */
  public ByteBuffer zeros(List<String> tensors) {
    return bytes(tensors, QuantizedFile::zeros);
  }

  private ByteBuffer bytes(List<String> tensors, UnaryOperator<String> part) {
    List<String> names = tensors.stream().map(part).toList();
    return bytes.computeIfAbsent(names, file::bytes).duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Closes the file; buffers already handed out stay valid. */
  @Override
  public void close() {
    file.close();
    bytes.clear();
    open.closed();
  }
}
