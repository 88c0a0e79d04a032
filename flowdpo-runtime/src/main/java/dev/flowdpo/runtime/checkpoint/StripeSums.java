package dev.flowdpo.runtime.checkpoint;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.UninterruptedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;

/**
 * The checksums of a large file, in a small one beside it: the CRC-32C of every {@value
 * #STRIPE_BYTES} bytes, which processors have an instruction for, made on all cores. They find what
 * happens by accident, at several times the speed of a cryptographic hash. Stateless and
 * thread-safe.
 */
final class StripeSums {
  static final String SUFFIX = ".crc32c";

  private static final int STRIPE_BYTES = 1 << 23;
  private static final int BLOCK_BYTES = 1 << 18;

  private StripeSums() {}

  /** Writes the checksums of the file as it is. */
  static void write(Path file) {
    try {
      AtomicFiles.write(beside(file), text(file));
    } catch (IOException e) {
      throw new InvalidInputException(beside(file) + ": cannot be written: " + e, e);
    }
  }

  /**
   * Reads the whole file and checks it.
   *
   * @throws InvalidInputException if there are no checksums, or the file is not what was written
   */
  static void check(Path file) {
    Path sums = beside(file);
    try {
      if (!Files.isRegularFile(sums, LinkOption.NOFOLLOW_LINKS)) {
        throw new InvalidInputException(
            file + ": expected its checksums in " + sums.getFileName() + ", found no such file");
      }
      String found = text(file);
      String expected = new String(Files.readAllBytes(sums), StandardCharsets.ISO_8859_1);
      if (!found.equals(expected)) {
        throw new InvalidInputException(
            "%s: expected the content of which %s has the checksums, found another from byte %d on; one of the two is damaged"
                .formatted(file, sums.getFileName(), firstDifference(expected, found)));
      }
    } catch (IOException | UncheckedIOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }

  private static Path beside(Path file) {
    return file.resolveSibling(file.getFileName() + SUFFIX);
  }

  private static String text(Path file) throws IOException {
    long size = Files.size(file);
    return LongStream.range(0, (size + STRIPE_BYTES - 1) / STRIPE_BYTES)
        .parallel()
        .map(stripe -> stripe * STRIPE_BYTES)
        .mapToObj(at -> "%d %08x%n".formatted(at, sum(file, at, size)).replace("\r", ""))
        .collect(Collectors.joining("", size + "\n", ""));
  }

  private static long sum(Path file, long at, long size) {
    try {
      // Read and not mapped: a mapping stays until its buffer is collected.
      return UninterruptedChannel.of(
          file,
          channel -> {
            CRC32C sum = new CRC32C();
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
            long end = Math.min(size, at + STRIPE_BYTES);
            for (long next = at; next < end; ) {
              block.clear().limit((int) Math.min(BLOCK_BYTES, end - next));
              int count = channel.read(block, next);
              if (count < 0) {
                throw new IOException("expected %d bytes, found %d".formatted(size, next));
              }
              sum.update(block.flip());
              next += count;
            }
            return sum.getValue();
          },
          StandardOpenOption.READ);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long firstDifference(String expected, String found) {
    String[] was = expected.split("\n", -1);
    String[] is = found.split("\n", -1);
    for (int i = 1; i < Math.min(was.length, is.length); i++) {
      if (!was[i].equals(is[i])) {
        return (i - 1L) * STRIPE_BYTES;
      }
    }
    return 0;
  }
}
