package dev.flowdpo.runtime.learning;

import com.google.common.base.Splitter;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@link SeenProblems} as a file: a key a line and, where it is not 1, how often it was seen. */
final class SeenFile {
  private static final String NAME = "seen.txt";
  private static final Splitter PARTS = Splitter.on(' ').limit(2);

  private SeenFile() {}

  static void write(Path folder, SeenProblems seen) throws IOException {
    StringBuilder text = new StringBuilder();
    seen.counts()
        .forEach(
            (key, count) -> text.append(key).append(count == 1 ? "" : " " + count).append('\n'));
    AtomicFiles.write(folder.resolve(NAME), text.toString());
  }

  /**
   * Reads the file.
   *
   * @param limit how many are remembered from now on
   * @throws InvalidInputException if it cannot be read
   */
  static SeenProblems read(Path folder, int limit) {
    Path file = folder.resolve(NAME);
    SeenProblems seen = new SeenProblems(limit);
    try {
      for (String line : Files.readAllLines(file)) {
        List<String> parts = PARTS.splitToList(line);
        seen.put(parts.get(0), parts.size() == 1 ? 1 : Integer.parseInt(parts.get(1)));
      }
    } catch (IOException | NumberFormatException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
    return seen;
  }
}
