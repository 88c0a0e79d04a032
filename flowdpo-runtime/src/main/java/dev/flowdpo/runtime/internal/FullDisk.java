package dev.flowdpo.runtime.internal;

import dev.flowdpo.error.FlowException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Tells a full disk from other reasons why a file cannot be written. Stateless and thread-safe. */
public final class FullDisk {
  /** What Linux, macOS and Windows say; the JDK has no type for it. */
  private static final List<String> REASONS =
      List.of("No space left on device", "quota exceeded", "not enough space on the disk");

  private FullDisk() {}

  /**
   * Returns the exception itself.
   *
   * @param when how far writing came
   * @throws FlowException in its place where the disk is full
   */
  public static IOException orElse(IOException e, Path file, String when) {
    String message = String.valueOf(e.getMessage());
    if (REASONS.stream().anyMatch(message::contains)) {
      throw new FlowException(
          ("%s: expected room on the disk, found no space left %s; what was saved before is intact:"
                  + " make room and go on from there")
              .formatted(file, when),
          e);
    }
    return e;
  }
}
