package dev.flowdpo.cli.output;

import dev.flowdpo.error.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The lines of a text, none of which may be longer than a limit: one that has no end is refused
 * there, and not when memory is full. Lines end in a line feed, with or without a carriage return
 * before it. Not thread-safe.
 */
public final class BoundedLines {
  /** The longest line that commands read. */
  public static final int MAX_CHARACTERS = 64 << 20;

  private final BufferedReader reader;
  private final String name;
  private final int maxCharacters;
  private final StringBuilder line = new StringBuilder();
  private long number;

  /**
   * Begins at the reader's first line.
   *
   * @param name what to call the text in messages
   */
  public BoundedLines(BufferedReader reader, String name, int maxCharacters) {
    this.reader = reader;
    this.name = name;
    this.maxCharacters = maxCharacters;
  }

  /** Returns the number of the line that was given last, from 1. */
  public long number() {
    return number;
  }

  /**
   * Returns all lines that are left.
   *
   * @throws InvalidInputException if one is too long
   */
  public List<String> toList() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Optional<String> next = next(); next.isPresent(); next = next()) {
      lines.add(next.get());
    }
    return lines;
  }

  /**
   * Returns the next line without its end, or empty after the last one.
   *
   * @throws InvalidInputException if it is too long
   */
  public Optional<String> next() throws IOException {
    line.setLength(0);
    int next = reader.read();
    if (next < 0) {
      return Optional.empty();
    }
    number++;
    while (next >= 0 && next != '\n') {
      if (line.length() == maxCharacters) {
        throw new InvalidInputException(
            "%s, line %d: expected a line of at most %d characters, found more"
                .formatted(name, number, maxCharacters));
      }
      line.append((char) next);
      next = reader.read();
    }
    if (next == '\n' && line.length() > 0 && line.charAt(line.length() - 1) == '\r') {
      line.setLength(line.length() - 1);
    }
    return Optional.of(line.toString());
  }
}
