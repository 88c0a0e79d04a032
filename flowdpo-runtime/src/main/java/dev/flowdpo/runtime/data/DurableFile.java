package dev.flowdpo.runtime.data;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AppendedFile;
import dev.flowdpo.runtime.internal.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of a run that a kill, a power cut or a full disk leaves whole: replaced in one step, or
 * grown part by part. Everything is on the disk when a call returns. Folders are made where they do
 * not exist. A link in the place of a replaced file is replaced; one in the place of a growing file
 * is refused.
 *
 * <p>The static methods are thread-safe; an open file is not, and one process writes it.
 */
public final class DurableFile implements AutoCloseable {
  private final Path path;
  private final AppendedFile file;
  private boolean closed;

  private DurableFile(Path path, AppendedFile file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Replaces a file.
   *
   * @param path the file
   * @param content its bytes
   * @throws FlowException if it cannot be written, on a full disk with the words "no space left";
   *     the file is then as it was
   */
  public static void replace(Path path, byte[] content) {
    try {
      AtomicFiles.write(path, channel -> AtomicFiles.writeFully(channel, ByteBuffer.wrap(content)));
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /**
   * Replaces a file by a text in UTF-8, as {@link #replace(Path, byte[])}.
   *
   * @param path the file
   * @param text its text
   */
  public static void replace(Path path, String text) {
    replace(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Opens a file to go on after its first bytes; what follows them is cut off.
   *
   * @param path the file
   * @param kept how many bytes to keep; 0 begins anew
   * @return the open file
   * @throws FlowException if it cannot be written, or is shorter
   */
  public static DurableFile after(Path path, long kept) {
    try {
      return new DurableFile(path, AppendedFile.after(kept, path));
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /**
   * Appends a text in UTF-8. Where that fails, nothing of it counts.
   *
   * @param text what to append
   * @throws FlowException if it cannot be written, on a full disk with the words "no space left"
   * @throws FlowClosedException if this file is closed
   */
  public void append(String text) {
    if (closed) {
      throw new FlowClosedException(path + ": closed");
    }
    try {
      file.append(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /**
   * Makes a folder that is there after a power cut.
   *
   * @param folder the folder
   * @throws FlowException if it cannot be made
   */
  public static void createFolder(Path folder) {
    try {
      AtomicFiles.createFolder(folder);
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  /**
   * Refuses a link in the place of something that a folder of this library's own holds: who follows
   * it reads or writes elsewhere.
   *
   * @param path what is to be no link
   * @throws InvalidInputException if it is one
   */
  public static void refuseLink(Path path) {
    if (Files.isSymbolicLink(path)) {
      throw new InvalidInputException(
          path + ": expected a file or folder of the run itself, found a link; remove it");
    }
  }

  /** Ends appending; calls after the first do nothing. */
  @Override
  public void close() {
    closed = true;
  }

  private static FlowException failed(Path path, IOException e) {
    return new FlowException(path + ": cannot be written: " + e, e);
  }
}
