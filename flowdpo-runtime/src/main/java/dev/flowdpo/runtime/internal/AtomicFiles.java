package dev.flowdpo.runtime.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes files so that a reader, or a process that is killed, sees the old content or the new one
 * and nothing between.
 *
 * <p>The content goes to a temporary file in the same folder, is forced to the disk, and is then
 * moved over the target, and the folder is forced to the disk. A link in the place of the file is
 * replaced, not followed. A full disk is a {@link dev.flowdpo.error.FlowException} that says so. An
 * interrupt of the thread is kept for later and fails nothing. Stateless and thread-safe; of two
 * writers of one file the last one wins.
 */
public final class AtomicFiles {
  /** Writes the content of a new file; an interrupt of the thread has it write all of it again. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything to the channel, which stands at the start of an empty file. */
    void writeTo(FileChannel channel) throws IOException;
  }

  private AtomicFiles() {}

  /**
   * Replaces the file, creating its folder where that is missing.
   *
   * @throws IOException if writing fails; the old file is then untouched
   */
  public static void write(Path file, Content content) throws IOException {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null) {
      throw new IOException(file + ": not a file");
    }
    createFolder(folder);
    // A name of its own rather than a file of Files.createTempFile, which only its owner could
    // read.
    Path temporary = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    AtomicLong written = new AtomicLong();
    try {
      UninterruptedChannel.of(
          temporary,
          channel -> {
            try {
              content.writeTo(channel);
              channel.force(true);
            } finally {
              written.set(channel.isOpen() ? channel.size() : 0);
            }
            return channel;
          },
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);
      move(temporary, target);
      force(folder);
    } catch (IOException e) {
      delete(temporary, e);
      throw FullDisk.orElse(e, file, "after " + written.get() + " bytes of it");
    } catch (RuntimeException | Error e) {
      delete(temporary, e);
      throw e;
    }
  }

  private static void delete(Path temporary, Throwable failure) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Replaces the file with the text in UTF-8. */
  public static void write(Path file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    write(file, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  /** Deletes a file, so that it is gone after a power cut too. */
  public static void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      force(folder);
    }
  }

  /** Makes a folder, so that it is there after a power cut. */
  public static void createFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Path parent = folder.toAbsolutePath().getParent();
      if (parent != null) {
        createFolder(parent);
      }
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw FullDisk.orElse(e, folder, "where a folder was to be made");
      }
      if (parent != null) {
        force(parent);
      }
    }
  }

  /** Forces the names in a folder to the disk, on systems that can. */
  static void force(Path folder) throws IOException {
    try {
      UninterruptedChannel.of(
          folder,
          channel -> {
            channel.force(true);
            return folder;
          },
          StandardOpenOption.READ);
    } catch (AccessDeniedException e) {
      // Windows opens no folders; it keeps names in a journal of its own.
    }
  }

  /** Writes all that remains in the buffer. */
  public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
