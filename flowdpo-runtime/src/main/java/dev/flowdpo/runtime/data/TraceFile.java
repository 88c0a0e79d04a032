package dev.flowdpo.runtime.data;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterators;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.Trace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/**
 * Traces as JSON lines: {@code problem_id}, {@code question}, {@code answer}, {@code solution},
 * {@code completion_ids}, {@code reward}, {@code source}, and {@code problems}, {@code updates} and
 * {@code seed} of where the trace comes from. The ids are the truth and end with the end of
 * sequence, where the model has one; the text must be theirs, so that a file of another model is
 * not mistaken for one of this. Attributes of problems are not kept.
 *
 * <p>No column is one that TRL's SFT trainer takes, which would train on solutions without their
 * questions; {@link MessagesFile} is the form for it.
 *
 * <p>Reads one row at a time, again at every {@link #iterator}. Thread-safe; its iterators and
 * writers are not, and only one process may write.
 */
public final class TraceFile implements Iterable<Trace> {
  private final Path file;
  private final ModelTokens tokens;

  private TraceFile(Path file, ModelTokens tokens) {
    this.file = Objects.requireNonNull(file, "file");
    this.tokens = Objects.requireNonNull(tokens, "tokens");
  }

  /**
   * Returns the file with the traces of one model. Nothing is opened yet.
   *
   * @param file the JSON-lines file
   * @param tokens the model's text and ids
   * @return the file
   */
  public static TraceFile of(Path file, ModelTokens tokens) {
    return new TraceFile(file, tokens);
  }

  /**
   * Returns the traces, in the order of the lines; none where the file is empty. The iterator
   * throws an {@link InvalidInputException} that names file, line and key where a row is malformed
   * or does not fit the model.
   *
   * @return a new iterator
   * @throws InvalidInputException if there is no such file
   */
  @Override
  public Iterator<Trace> iterator() {
    TraceRow rows = new TraceRow(tokens);
    return Iterators.transform(new JsonLinesReader(file), rows::trace);
  }

  /**
   * Returns all traces; for files that fit in memory.
   *
   * @return the traces, in the order of the lines
   * @throws InvalidInputException as {@link #iterator} says
   */
  public List<Trace> readAll() {
    return ImmutableList.copyOf(iterator());
  }

  /**
   * Begins the file anew. Its folder is made where it does not exist.
   *
   * @return a writer
   * @throws dev.flowdpo.error.FlowException if it cannot be written
   */
  public Writer create() {
    return new Writer(JsonLinesWriter.after(0, file), new TraceRow(tokens));
  }

  /**
   * Goes on with the file of a run. Traces of later problems, which a killed run wrote after its
   * last checkpoint, are cut off, and so is half a line at the end.
   *
   * @param problems how many problems the run had read at its checkpoint
   * @return a writer
   * @throws dev.flowdpo.error.FlowException if it cannot be written
   */
  public Writer resume(int problems) {
    return new Writer(JsonLinesWriter.after(rowsUpTo(problems), file), new TraceRow(tokens));
  }

  private int rowsUpTo(int problems) {
    if (!Files.exists(file)) {
      return 0;
    }
    try {
      BlockInputStream bytes = new BlockInputStream(file, 0, BlockInputStream.WHOLE_FILE);
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int rows = 0;
      while (bytes.readLine(line, JsonLinesReader.MAX_LINE_BYTES + 1) > 0
          && line.size() <= JsonLinesReader.MAX_LINE_BYTES
          // A byte a character, as the last line may end within one.
          && TraceRow.problems(line.toString(StandardCharsets.ISO_8859_1)).orElse(Integer.MAX_VALUE)
              <= problems) {
        rows++;
        line.reset();
      }
      return rows;
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }

  /**
   * {@return a trace as a line of such a file, without its end}
   *
   * @param trace the trace
   * @param tokens the model's text and ids
   */
  public static String line(Trace trace, ModelTokens tokens) {
    return new TraceRow(tokens).row(trace).toString();
  }

  /** Appends traces. Not thread-safe. */
  public static final class Writer implements AutoCloseable {
    private final JsonLinesWriter lines;
    private final TraceRow rows;

    private Writer(JsonLinesWriter lines, TraceRow rows) {
      this.lines = lines;
      this.rows = rows;
    }

    /**
     * Appends a trace; it is on the disk when this returns.
     *
     * @param trace the trace
     * @throws dev.flowdpo.error.FlowException if it cannot be written
     */
    public void write(Trace trace) {
      lines.write(List.of(rows.row(trace)));
    }

    /** Closes the file. */
    @Override
    public void close() {
      lines.close();
    }
  }
}
