package dev.flowdpo.runtime.data;

import dev.flowdpo.runtime.internal.UninterruptedChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file's bytes, read block by block. The file is open only while a block is read, so an iterator
 * over it that is dropped half-way leaves nothing open. Not thread-safe.
 */
final class BlockInputStream extends InputStream {
  /** The size of blocks that suits a whole file. */
  static final int WHOLE_FILE = 1 << 18;

  /** The size of blocks that suits a single row. */
  static final int ONE_ROW = 1 << 13;

  private final Path file;
  private final ByteBuffer block;
  private long position;

  /** Reads from this byte on, in blocks of that many bytes. */
  BlockInputStream(Path file, long position, int blockSize) {
    this.file = file;
    this.position = position;
    this.block = ByteBuffer.allocate(blockSize).limit(0);
  }

  @Override
  public int read() throws IOException {
    return fill() ? block.get() & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, block.remaining());
    block.get(target, offset, count);
    return count;
  }

  /**
   * Reads up to a line feed, or the end of the file, or the limit.
   *
   * @param line where the bytes go, the line feed among them
   * @return how many bytes were read; 0 at the end of the file
   */
  int readLine(ByteArrayOutputStream line, int limit) throws IOException {
    int total = 0;
    while (total < limit && fill()) {
      int from = block.position();
      int to = Math.min(block.limit(), from + limit - total);
      int end = from;
      while (end < to && block.get(end) != '\n') {
        end++;
      }
      boolean found = end < to;
      int count = end - from + (found ? 1 : 0);
      line.write(block.array(), from, count);
      block.position(from + count);
      total += count;
      if (found) {
        return total;
      }
    }
    return total;
  }

  /** Makes sure that the block has a byte left; false at the end of the file. */
  private boolean fill() throws IOException {
    if (block.hasRemaining()) {
      return true;
    }
    block.clear().limit(0);
    UninterruptedChannel.of(
        file,
        channel -> {
          block.clear();
          int count = 0;
          while (count >= 0 && block.hasRemaining()) {
            count = channel.read(block, position + block.position());
          }
          return block.flip();
        },
        StandardOpenOption.READ);
    position += block.limit();
    return block.hasRemaining();
  }
}
