package dev.flowdpo.runtime.data;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterators;
import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/**
 * A set for supervised fine-tuning as TRL's SFT trainer and Hugging Face chat templates read it: a
 * JSON object a line with {@code messages}, the question of a {@code user} and the solution of an
 * {@code assistant}, and beside them {@code problem_id}, {@code prompt_ids}, {@code
 * completion_ids}, {@code source} and {@code reward}.
 *
 * <p>The ids are the truth: a row that has them is learned as they are. Rows without ids come from
 * elsewhere; their question goes into the model's own prompt and their solution ends with the end
 * of the sequence, see {@link ModelTokens}. Messages of a system and earlier turns are read before
 * the last question and not trained on; a model without a chat template has no place for them, and
 * refuses them. Without a {@code problem_id} the id is a hash of the question, without a {@code
 * source} it is empty, and without a {@code reward} it is 1.
 *
 * <p>Reads one row at a time, again at every {@link #iterator}. Thread-safe; its iterators and
 * writers are not, and only one process may write.
 */
public final class MessagesFile implements Iterable<SupervisedExample> {
  private final Path file;
  private final ModelTokens tokens;

  private MessagesFile(Path file, ModelTokens tokens) {
    this.file = Objects.requireNonNull(file, "file");
    this.tokens = Objects.requireNonNull(tokens, "tokens");
  }

  /**
   * Returns the file with the examples for one model. Nothing is opened yet.
   *
   * @param file the JSON-lines file
   * @param tokens the model's text and ids
   * @return the file
   */
  public static MessagesFile of(Path file, ModelTokens tokens) {
    return new MessagesFile(file, tokens);
  }

  /**
   * Returns the examples, in the order of the lines. The iterator throws an {@link
   * InvalidInputException} that names file, line and key where a row is malformed, where it does
   * not fit the model, and where the file holds no row at all.
   *
   * @return a new iterator
   * @throws InvalidInputException if there is no such file
   */
  @Override
  public Iterator<SupervisedExample> iterator() {
    JsonLinesReader rows = new JsonLinesReader(file);
    if (!rows.hasNext()) {
      throw new InvalidInputException(
          file
              + ": expected at least one example, found an empty file; write {\"messages\":"
              + " [{\"role\": \"user\", \"content\": \"…\"}, {\"role\": \"assistant\","
              + " \"content\": \"…\"}]} a line");
    }
    MessagesRow reader = new MessagesRow(tokens);
    return Iterators.transform(rows, reader::example);
  }

  /**
   * Returns all examples; for files that fit in memory.
   *
   * @return the examples, in the order of the lines, at least one
   * @throws InvalidInputException as {@link #iterator} says
   */
  public List<SupervisedExample> readAll() {
    return ImmutableList.copyOf(iterator());
  }

  /**
   * Begins the file anew. Its folder is made where it does not exist.
   *
   * @return a writer
   * @throws dev.flowdpo.error.FlowException if it cannot be written
   */
  public Writer create() {
    return resume(0);
  }

  /**
   * Goes on with the file after its first rows. What follows them is cut off, and so is half a line
   * at the end.
   *
   * @param examples how many examples to keep
   * @return a writer
   * @throws InvalidInputException if the file holds fewer
   * @throws dev.flowdpo.error.FlowException if it cannot be written
   */
  public Writer resume(int examples) {
    return new Writer(JsonLinesWriter.after(examples, file));
  }

  /** Appends examples. Not thread-safe. */
  public static final class Writer implements AutoCloseable {
    private final JsonLinesWriter lines;

    private Writer(JsonLinesWriter lines) {
      this.lines = lines;
    }

    /**
     * Appends a group of examples; they are on the disk when this returns.
     *
     * @param examples the examples
     * @throws dev.flowdpo.error.FlowException if they cannot be written
     */
    public void write(List<SupervisedExample> examples) {
      lines.write(examples.stream().map(MessagesRow::row).toList());
    }

    /** Closes the file. */
    @Override
    public void close() {
      lines.close();
    }
  }
}
