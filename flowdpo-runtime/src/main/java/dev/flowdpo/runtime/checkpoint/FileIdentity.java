package dev.flowdpo.runtime.checkpoint;

import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Tells whether a path still leads to the file that was looked at before, and not to one that has
 * taken its place. Immutable and thread-safe.
 *
 * @param key what the file system knows the file by; where it has no such thing, when it was made
 * @param size its length in bytes
 */
public record FileIdentity(Object key, long size) {
  /** Returns the identity of the file that is there now. */
  public static FileIdentity of(Path path) throws IOException {
    BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
    Object key = found.fileKey();
    return new FileIdentity(key == null ? found.creationTime() : key, found.size());
  }

  /**
   * Checks that the path leads to this file.
   *
   * @throws InvalidInputException if another one is there, or one of another length
   */
  public void require(Path path) throws IOException {
    FileIdentity found = of(path);
    if (!equals(found)) {
      throw new InvalidInputException(
          "%s: expected the file of %d bytes that was opened, found %s; open the model again"
              .formatted(
                  path,
                  size,
                  found.size == size
                      ? "another one in its place"
                      : "one of " + found.size + " bytes"));
    }
  }

  /** Returns the error that says that there is no file any more. */
  public static InvalidInputException gone(Path path, NoSuchFileException cause) {
    return new InvalidInputException(
        path + ": expected the file that was opened, found none any more; open the model again",
        cause);
  }
}
