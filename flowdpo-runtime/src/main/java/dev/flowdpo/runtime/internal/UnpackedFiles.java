package dev.flowdpo.runtime.internal;

import dev.flowdpo.error.FlowException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unpacks files of the class path into the {@link PrivateFolder}, once for all runs.
 *
 * <p>A set of files has a folder of its own, named after it and its content, so that versions stand
 * beside each other. At every start the length and CRC-32 of each file are compared with those in
 * the jar; what is missing, cut off or damaged is unpacked again. One process at a time unpacks, by
 * a file lock, into a file beside that is moved into place when it is whole; one that is killed
 * leaves that file, which the next one overwrites. Stateless and thread-safe.
 */
final class UnpackedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(UnpackedFiles.class);
  private static final String LOCK = ".lock";
  private static final String PART = ".part";
  private static final long LOCK_WAIT_NANOS = 10_000_000;
  private static final int BLOCK_BYTES = 1 << 18;

  /** What a file must be like. */
  private record Content(long size, long crc) {
    static Content of(InputStream stream) throws IOException {
      CRC32 crc = new CRC32();
      byte[] block = new byte[BLOCK_BYTES];
      long size = 0;
      for (int count = stream.read(block); count >= 0; count = stream.read(block)) {
        crc.update(block, 0, count);
        size += count;
      }
      return new Content(size, crc.getValue());
    }
  }

  private UnpackedFiles() {}

  /**
   * Returns the folder with the files.
   *
   * @param name the name of the set; the folder's name begins with it
   * @param files the resources by their place in the folder, with slashes
   * @throws FlowException if they cannot be unpacked; the message says what to set
   */
  static Path of(String name, Map<String, URL> files) {
    try {
      Map<String, Content> contents = new TreeMap<>();
      for (Map.Entry<String, URL> file : files.entrySet()) {
        contents.put(file.getKey(), content(file.getValue()));
      }
      Path root = PrivateFolder.open();
      Path folder = root.resolve(name + "-" + digest(contents));
      if (!isWhole(folder, contents)) {
        whileLocked(root, () -> unpack(folder, files, contents));
      }
      return folder;
    } catch (IOException e) {
      throw new FlowException("The files of " + name + " cannot be read: " + e, e);
    }
  }

  /** Takes what the jar knows of the file, so that it need not be inflated. */
  private static Content content(URL resource) throws IOException {
    URLConnection connection = resource.openConnection();
    if (connection instanceof JarURLConnection jar && jar.getJarEntry() != null) {
      long size = jar.getJarEntry().getSize();
      long crc = jar.getJarEntry().getCrc();
      if (size >= 0 && crc >= 0) {
        return new Content(size, crc);
      }
    }
    try (InputStream stream = resource.openStream()) {
      return Content.of(stream);
    }
  }

  private static String digest(Map<String, Content> contents) {
    CRC32 crc = new CRC32();
    crc.update(contents.toString().getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(crc.getValue());
  }

  private static boolean isWhole(Path folder, Map<String, Content> contents) throws IOException {
    for (Map.Entry<String, Content> file : contents.entrySet()) {
      if (!isWhole(folder.resolve(file.getKey()), file.getValue())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isWhole(Path file, Content wanted) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) != wanted.size) {
      return false;
    }
    try (InputStream stream = Files.newInputStream(file)) {
      return Content.of(stream).equals(wanted);
    }
  }

  private static void unpack(Path folder, Map<String, URL> files, Map<String, Content> contents)
      throws IOException {
    for (Map.Entry<String, URL> file : files.entrySet()) {
      Path target = folder.resolve(file.getKey());
      if (isWhole(target, Lookup.required(contents, file.getKey()))) {
        continue;
      }
      LOG.debug("Unpacking {} to {}", file.getValue(), target);
      Files.createDirectories(Objects.requireNonNull(target.getParent()));
      Path part = target.resolveSibling(target.getFileName() + PART);
      try (InputStream from = file.getValue().openStream();
          OutputStream to = Files.newOutputStream(part)) {
        from.transferTo(to);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** What is done by one process at a time. */
  private interface Work {
    void run() throws IOException;
  }

  private static void whileLocked(Path root, Work work) {
    try {
      UninterruptedChannel.of(
          root.resolve(LOCK),
          channel -> {
            FileLock lock = lock(channel);
            try {
              work.run();
            } finally {
              lock.release();
            }
            return root;
          },
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw PrivateFolder.failed(root, e);
    }
  }

  /** Waits for other processes, and for others in this one, which need not share this class. */
  private static FileLock lock(FileChannel channel) throws IOException {
    while (true) {
      try {
        return channel.lock();
      } catch (OverlappingFileLockException e) {
        LockSupport.parkNanos(LOCK_WAIT_NANOS);
      }
    }
  }
}
