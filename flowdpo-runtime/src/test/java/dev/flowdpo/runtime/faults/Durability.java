package dev.flowdpo.runtime.faults;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What of a folder is on the disk for good: of each file the content that was forced last, and of
 * each folder the names that it had when it was forced last. All the rest a power cut takes.
 */
final class Durability {
  private static final Path FOLDER = Path.of("folder");

  /** A file, whatever it is called by now; what was forced of it, and what it holds. */
  private static final class Content {
    private byte[] forced = new byte[0];
    private byte[] last = new byte[0];
  }

  private final Path root;

  /** What there is: a file's content, or {@link #FOLDER}. */
  private final Map<Path, Object> present = new TreeMap<>();

  /** The names that each folder has for good. */
  private final Map<Path, Map<Path, Object>> names = new HashMap<>();

  Durability(Path root) throws IOException {
    this.root = root;
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        if (Files.isDirectory(path)) {
          present.put(path, FOLDER);
        } else {
          opened(path);
          forced(path);
        }
      }
    }
    for (Map.Entry<Path, Object> entry : Map.copyOf(present).entrySet()) {
      if (entry.getValue() == FOLDER) {
        forced(entry.getKey());
      }
    }
  }

  synchronized void opened(Path path) {
    if (Files.isRegularFile(path)) {
      present.computeIfAbsent(path, file -> new Content());
    }
  }

  synchronized void createdFolder(Path path) {
    present.put(path, FOLDER);
  }

  synchronized void deleted(Path path) {
    present.remove(path);
  }

  synchronized void moved(Path from, Path to) {
    present.put(to, present.remove(from));
  }

  synchronized void forced(Path path) throws IOException {
    if (present.get(path) instanceof Content content) {
      content.forced = Files.readAllBytes(path);
    } else {
      Map<Path, Object> children = new TreeMap<>();
      present.forEach(
          (child, what) -> {
            if (path.equals(child.getParent())) {
              children.put(child, what);
            }
          });
      names.put(path, children);
    }
  }

  /** Makes the folder what it would be after a power cut. */
  synchronized void restore(boolean torn) throws IOException {
    for (Map.Entry<Path, Object> entry : present.entrySet()) {
      if (entry.getValue() instanceof Content content && Files.exists(entry.getKey())) {
        content.last = Files.readAllBytes(entry.getKey());
      }
    }
    MoreFiles.deleteDirectoryContents(root, RecursiveDeleteOption.ALLOW_INSECURE);
    restore(root, torn);
  }

  private void restore(Path folder, boolean torn) throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<Path, Object> child : names.getOrDefault(folder, Map.of()).entrySet()) {
      if (child.getValue() instanceof Content content) {
        Files.write(child.getKey(), torn ? torn(content) : content.forced);
      } else {
        restore(child.getKey(), torn);
      }
    }
  }

  /** Returns half of what was appended beside what was forced. */
  private static byte[] torn(Content content) {
    byte[] forced = content.forced;
    byte[] last = content.last;
    boolean appended =
        last.length > forced.length
            && Arrays.equals(forced, 0, forced.length, last, 0, forced.length);
    return appended
        ? Arrays.copyOf(last, forced.length + (last.length - forced.length + 1) / 2)
        : forced;
  }
}
