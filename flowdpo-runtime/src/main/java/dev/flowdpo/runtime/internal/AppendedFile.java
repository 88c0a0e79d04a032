package dev.flowdpo.runtime.internal;

import dev.flowdpo.error.FlowException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that grows at its end, each part of it on the disk before the next. A process that is
 * killed leaves whole parts and at most one cut off, which opening cuts away. It is open only while
 * a part is written, and an interrupt of the thread spoils nothing. Not thread-safe.
 */
public final class AppendedFile {
  private final Path file;
  private long end;

  private AppendedFile(Path file, long end) {
    this.file = file;
    this.end = end;
  }

  /**
   * Opens the file to go on after its first bytes; what follows them is cut off. The folder and the
   * file are made where they do not exist.
   *
   * @throws IOException if it cannot be written, is shorter, or is a link
   * @throws FlowException if the disk is full
   */
  public static AppendedFile after(long kept, Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      AtomicFiles.createFolder(folder);
    }
    boolean isNew = !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    try {
      UninterruptedChannel.of(
          file,
          channel -> {
            if (channel.size() < kept) {
              throw new IOException("expected %d bytes, found %d".formatted(kept, channel.size()));
            }
            channel.truncate(kept);
            channel.force(true);
            return channel;
          },
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);
      if (isNew && folder != null) {
        AtomicFiles.force(folder);
      }
    } catch (IOException e) {
      throw FullDisk.orElse(e, file, "after " + kept + " bytes");
    }
    return new AppendedFile(file, kept);
  }

  /**
   * Appends a part, which is on the disk when this returns. If it fails, nothing of it counts.
   *
   * @throws FlowException if the disk is full
   */
  public void append(byte[] part) throws IOException {
    try {
      UninterruptedChannel.of(
          file,
          channel -> {
            ByteBuffer left = ByteBuffer.wrap(part);
            while (left.hasRemaining()) {
              channel.write(left, end + left.position());
            }
            channel.force(true);
            return channel;
          },
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);
      end += part.length;
    } catch (IOException e) {
      cutOff(e);
      throw FullDisk.orElse(e, file, "for %d bytes after byte %d".formatted(part.length, end));
    }
  }

  /** Leaves no torn part, which would take room that may be the last. */
  private void cutOff(IOException failure) {
    try {
      UninterruptedChannel.of(
          file,
          channel -> channel.truncate(end),
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      failure.addSuppressed(e); // opening the file again cuts it off
    }
  }
}
