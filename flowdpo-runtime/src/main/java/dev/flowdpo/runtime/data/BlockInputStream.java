package dev.flowdpo.runtime.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file's bytes, read block by block. The file is open only while a block is read, so an iterator
 * over it that is dropped half-way leaves nothing open. Not thread-safe.
 */
final class BlockInputStream extends InputStream {
  private static final int BLOCK = 1 << 18;

  private final Path file;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK).limit(0);
  private long position;

  /** Reads from this byte on. */
  BlockInputStream(Path file, long position) {
    this.file = file;
    this.position = position;
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

  /** Makes sure that the block has a byte left; false at the end of the file. */
  private boolean fill() throws IOException {
    if (block.hasRemaining()) {
      return true;
    }
    block.clear();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (block.hasRemaining()) {
        int count = channel.read(block, position);
        if (count < 0) {
          break;
        }
        position += count;
      }
    } finally {
      block.flip();
    }
    return block.hasRemaining();
  }
}
