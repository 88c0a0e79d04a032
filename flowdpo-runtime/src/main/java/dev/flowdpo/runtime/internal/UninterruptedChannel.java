package dev.flowdpo.runtime.internal;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Opens a file for one use and closes it again, whether or not the thread is interrupted.
 *
 * <p>A {@link FileChannel} closes when the thread that uses it is interrupted, and then fails
 * everybody else for ever. So no channel outlives a call here: an interrupt that is there before is
 * set aside; one that comes meanwhile ends the channel, and the use is made once more, in a thread
 * that nobody knows and so nobody interrupts. Both are told to the caller's thread in the end.
 * Memory that was mapped stays valid without its channel. Stateless and thread-safe.
 */
public final class UninterruptedChannel {
  /**
   * What is done with the open file. An interrupt has it run again from the start, so it must not
   * build on what the attempt before left behind.
   */
  @FunctionalInterface
  public interface Use<T> {
    /** Returns the result of using the channel, which stands at the start of the file. */
    T with(FileChannel channel) throws IOException;
  }

  private UninterruptedChannel() {}

  /**
   * Returns the result of a use.
   *
   * @param options as for {@link FileChannel#open(Path, OpenOption...)}; they must let the file be
   *     opened a second time
   * @throws IOException if the file cannot be opened or the use fails
   */
  public static <T> T of(Path file, Use<T> use, OpenOption... options) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      return once(file, use, options);
    } catch (ClosedByInterruptException | FileLockInterruptionException e) {
      // The status is set again by these exceptions, and would end the next attempt too.
      interrupted |= Thread.interrupted();
      return undisturbed(file, use, options);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static <T> T once(Path file, Use<T> use, OpenOption... options) throws IOException {
    try (FileChannel channel = FileChannel.open(file, options)) {
      return use.with(channel);
    }
  }

  private static <T> T undisturbed(Path file, Use<T> use, OpenOption... options)
      throws IOException {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(once(file, use, options));
              } catch (IOException | RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            },
            "flowdpo-file");
    thread.setDaemon(true);
    thread.start();
    try {
      return result.join(); // waits through interrupts
    } catch (CompletionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      Throwables.throwIfInstanceOf(cause, IOException.class);
      Throwables.throwIfUnchecked(cause);
      throw e;
    }
  }
}
