package dev.flowdpo.runtime.checkpoint;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.FullDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write the state in a folder, which one owner on one machine has at a time. It ends
 * with {@link #close}, and with the process, however that ends. Thread-safe.
 *
 * <p>It is a lock of the operating system on a file that stays in the folder and says who has it.
 * Such locks belong to a process, and closing any channel of the file gives them up; so within the
 * process a map knows who owns what, and the file is never opened a second time. An interrupt while
 * the lock is taken, which would close the file, is kept for later.
 */
public final class FolderLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderLock.class);
  private static final Map<Path, String> OWNERS = new ConcurrentHashMap<>();

  /** Behind all that is ever written: where locks are mandatory, the owner can still be read. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private final Path file;
  private final FileChannel open;
  private boolean closed;

  private FolderLock(Path file, FileChannel open) {
    this.file = file;
    this.open = open;
  }

  /**
   * Takes the lock; does not wait for it.
   *
   * @param folder is made where it is missing
   * @param name of the lock's file in it
   * @param owner who takes it, for people
   * @return the lock, to be closed
   * @throws InvalidInputException if somebody else has it, in this process or in another one; its
   *     message says who
   * @throws FlowException if the file cannot be written
   */
  public static FolderLock take(Path folder, String name, String owner) {
    try {
      AtomicFiles.createFolder(folder);
      Path file = folder.toRealPath().resolve(name);
      String other = OWNERS.putIfAbsent(file, owner);
      if (other != null) {
        throw refused(folder, owner, other + " of this process");
      }
      try {
        return new FolderLock(file, locked(folder, file, owner));
      } catch (IOException | RuntimeException e) {
        OWNERS.remove(file);
        throw e;
      }
    } catch (IOException failure) {
      IOException e = FullDisk.orElse(failure, folder.resolve(name), "for the lock");
      throw new FlowException(
          folder + ": expected a folder whose file " + name + " can be written, found: " + e, e);
    }
  }

  private static FileChannel locked(Path folder, Path file, String owner) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return lockedOnce(folder, file, owner);
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static FileChannel lockedOnce(Path folder, Path file, String owner) throws IOException {
    FileChannel open =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    try {
      if (!isLocked(open, file)) {
        throw refused(folder, owner, owner(file));
      }
      open.truncate(0);
      String text = owner + " of process " + ProcessHandle.current().pid();
      AtomicFiles.writeFully(open, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      return open;
    } catch (IOException | RuntimeException e) {
      open.close();
      throw e;
    }
  }

  private static boolean isLocked(FileChannel open, Path file) throws ClosedByInterruptException {
    try {
      return Optional.ofNullable(open.tryLock(LOCKED_BYTE, 1, false)).isPresent();
    } catch (OverlappingFileLockException e) {
      return false; // another copy of this class in the process has it
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      LOG.warn(
          "{}: its file system has no locks, so nothing keeps other processes from writing there",
          file.getParent(),
          e);
      return true;
    }
  }

  private static String owner(Path file) {
    try {
      String owner = Files.readString(file);
      return owner.isBlank() ? "another process" : owner;
    } catch (IOException e) {
      return "another process";
    }
  }

  private static InvalidInputException refused(Path folder, String owner, String other) {
    return new InvalidInputException(
        "%s: expected a folder that nobody else writes to, for the %s, found that the %s does; end that one first, or choose another folder"
            .formatted(folder, owner, other));
  }

  /** Gives the lock up; the file stays. Calls after the first do nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      open.close();
    } catch (IOException e) {
      LOG.warn("{}: cannot be closed; the lock ends with the process", file, e);
    } finally {
      OWNERS.remove(file);
    }
  }
}
