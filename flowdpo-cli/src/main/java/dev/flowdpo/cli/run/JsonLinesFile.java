package dev.flowdpo.cli.run;

import dev.flowdpo.cli.output.BoundedLines;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.runtime.data.DurableFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file that grows by a JSON object a line. A line is on the disk before {@link #add} returns, so
 * that a checkpoint never knows of one that the file lacks; a run that goes on after a kill opens
 * the file with the lines up to its checkpoint. Not thread-safe.
 */
public final class JsonLinesFile implements AutoCloseable {
  private final DurableFile file;

  private JsonLinesFile(DurableFile file) {
    this.file = file;
  }

  /**
   * Returns the lines of a file, the last of which may be half a line or end within a letter; none
   * where there is no file.
   *
   * @throws dev.flowdpo.error.InvalidInputException if one is longer than a line that is written
   */
  public static List<String> lines(Path file) {
    if (!Files.exists(file)) {
      return List.of();
    }
    // Not a reader of Files, which would refuse the half letter.
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      return new BoundedLines(reader, file.toString(), BoundedLines.MAX_CHARACTERS).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Opens a file to add lines to it.
   *
   * @param kept the lines that it begins with, in place of those that it has
   */
  public static JsonLinesFile open(Path file, List<String> kept) {
    StringBuilder text = new StringBuilder();
    kept.forEach(line -> text.append(line).append('\n'));
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    DurableFile.replace(file, bytes);
    return new JsonLinesFile(DurableFile.after(file, bytes.length));
  }

  /** Adds a record, map or list as a line. */
  public void add(Object row) {
    file.append(JsonText.line(row) + "\n");
  }

  @Override
  public void close() {
    file.close();
  }
}
