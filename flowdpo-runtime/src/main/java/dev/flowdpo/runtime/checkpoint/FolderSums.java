package dev.flowdpo.runtime.checkpoint;

import com.google.common.base.Splitter;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The checksums of a folder's files in {@value #FILE}, in the form that {@code sha256sum --check}
 * reads. A folder without that file, as other tools write it, is taken as it is. While files are
 * replaced there is none, so whoever is killed then leaves a folder that is taken as it is, too.
 * Stateless and thread-safe.
 */
final class FolderSums {
  static final String FILE = "SHA256SUMS";

  private static final int MAX_BYTES = 1 << 16;
  private static final Splitter LINES = Splitter.on('\n').omitEmptyStrings();
  private static final Splitter PARTS = Splitter.on("  ").limit(2);

  private FolderSums() {}

  /** Replaces files; the checksums are gone before the first changes. */
  static void replacing(Path folder, List<String> names, Replacement files) throws IOException {
    if (Files.exists(folder.resolve(FILE), LinkOption.NOFOLLOW_LINKS)) {
      AtomicFiles.delete(folder.resolve(FILE));
    }
    files.write();
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      text.append(sum(folder.resolve(name))).append("  ").append(name).append('\n');
    }
    AtomicFiles.write(folder.resolve(FILE), text.toString());
  }

  /** Writes the files. */
  interface Replacement {
    void write() throws IOException;
  }

  /**
   * Checks the files, where the folder has checksums.
   *
   * @param names files that the checksums must be of
   * @throws InvalidInputException if a file is not what was written
   */
  static void check(Path folder, List<String> names) {
    try {
      Optional<String> before = Optional.empty();
      Optional<String> sums = read(folder);
      // Another process may replace the folder's files meanwhile.
      while (sums.isPresent() && !sums.equals(before)) {
        Optional<InvalidInputException> wrong = wrong(folder, names, sums.get());
        if (wrong.isEmpty()) {
          return;
        }
        before = sums;
        sums = read(folder);
        if (sums.equals(before)) {
          throw wrong.get();
        }
      }
    } catch (IOException e) {
      throw new InvalidInputException(folder + ": cannot be read: " + e, e);
    }
  }

  private static Optional<String> read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new InvalidInputException(
          "%s: expected at most %d bytes, found %d".formatted(file, MAX_BYTES, Files.size(file)));
    }
    return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
  }

  private static Optional<InvalidInputException> wrong(Path folder, List<String> names, String text)
      throws IOException {
    Map<String, String> sums = new HashMap<>();
    for (String line : LINES.split(text)) {
      List<String> parts = PARTS.splitToList(line);
      sums.put(parts.get(parts.size() - 1), parts.get(0));
    }
    for (String name : names) {
      Path file = folder.resolve(name);
      String expected = sums.getOrDefault(name, "none");
      if (!Files.isRegularFile(file)) {
        continue; // whoever needs it says so
      }
      String found = sum(file);
      if (!found.equals(expected)) {
        return Optional.of(
            new InvalidInputException(
                "%s: expected the SHA-256 %s, as %s says, found %s; one of the two is damaged, or the folder was changed by other means: delete %s then"
                    .formatted(file, expected, folder.resolve(FILE), found, FILE)));
      }
    }
    return Optional.empty();
  }

  private static String sum(Path file) throws IOException {
    return MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString();
  }
}
