package dev.flowdpo.runtime.learning;

import java.io.IOException;

/**
 * Writes files on a thread that may be interrupted, which would close the channel under the write:
 * the interrupt waits until the files are written. Stateless and thread-safe.
 */
final class Uninterrupted {
  /** Something that writes files and can be done again from its beginning. */
  @FunctionalInterface
  interface Writing {
    void run() throws IOException;
  }

  private Uninterrupted() {}

  static void write(Writing writing) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          writing.run();
          return;
        } catch (IOException | RuntimeException e) {
          if (!Thread.interrupted()) {
            throw e;
          }
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
