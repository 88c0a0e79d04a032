package dev.flowdpo.cli.run;

import dev.flowdpo.cli.output.BoundedLines;
import dev.flowdpo.cli.output.JsonText;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * A file that grows by a JSON object a line. A line is on the disk before {@link #add} returns, so
 * that a checkpoint never knows of one that the file lacks; a run that goes on after a kill opens
 * the file with the lines up to its checkpoint. Not thread-safe.
 */
public final class JsonLinesFile implements AutoCloseable {
  private static final int MAX_LINE_CHARACTERS = 64 << 20;

  private final Path file;
  private final FileOutputStream stream;

  private JsonLinesFile(Path file, FileOutputStream stream) {
    this.file = file;
    this.stream = stream;
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
      return new BoundedLines(reader, file.toString(), MAX_LINE_CHARACTERS).toList();
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
    try {
      StringBuilder text = new StringBuilder();
      kept.forEach(line -> text.append(line).append('\n'));
      Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
      Files.writeString(temporary, text);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      // Not a channel, which an interrupt of the thread would close for good.
      return new JsonLinesFile(file, new FileOutputStream(file.toFile(), true));
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Adds a record, map or list as a line. */
  public void add(Object row) {
    try {
      String line = JsonText.line(row) + "\n";
      stream.write(line.getBytes(StandardCharsets.UTF_8));
      stream.getFD().sync();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public void close() {
    try {
      stream.close();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static UncheckedIOException failed(Path file, IOException e) {
    return new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
  }
}
