package dev.flowdpo.runtime.data;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterators;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.PreferencePair;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/**
 * Preference pairs as JSON lines. What is written has the columns that TRL's DPO trainer trains on,
 * {@code prompt_ids}, {@code chosen_ids} and {@code rejected_ids}, and beside them their texts,
 * {@code prompt_text}, {@code chosen_text} and {@code rejected_text}, {@code chosen_whole} and
 * {@code rejected_whole}, which say whether the completion ends the answer, {@code role} ({@code
 * answer} or {@code stop}), {@code problem_id}, {@code node}, {@code chosen_reward} and {@code
 * rejected_reward}; and {@code rollout_version}, the version of the adapters that wrote them, where
 * it is known.
 *
 * <p>The ids are the truth: where a row has them its texts must be theirs and are not read
 * otherwise. A chunk that does not end the answer has no end-of-sequence id, and a stop decision
 * never has one; a trainer that reads texts would append one to each, and teach to end there. That
 * is why the texts do not have the names that TRL reads.
 *
 * <p>Rows without ids come from elsewhere: {@code prompt}, {@code chosen} and {@code rejected} as
 * TRL reads them. They are encoded as {@link ModelTokens} says: texts as they are; lists of
 * messages with the last question in the model's own prompt, and what was said before it in the
 * chat template. The messages before the reply may stand in {@code prompt}, or in {@code chosen}
 * and {@code rejected} both. Without a {@code role} such a row is for the Answer adapter, without a
 * {@code problem_id} its id is a hash of the question or the prompt, and without rewards they are 1
 * and 0.
 *
 * <pre>{@code
 * PreferenceFile file = PreferenceFile.of(Path.of("pairs.jsonl"), tokens);
 * try (PreferenceFile.Writer writer = file.create()) {
 *   writer.write(pairs);
 * }
 * for (PreferencePair pair : file) { … }
 * }</pre>
 *
 * <p>Reads one row at a time, again at every {@link #iterator}. Thread-safe; its iterators and
 * writers are not, and only one process may write.
 */
public final class PreferenceFile implements Iterable<PreferencePair> {
  private final Path file;
  private final ModelTokens tokens;

  private PreferenceFile(Path file, ModelTokens tokens) {
    this.file = Objects.requireNonNull(file, "file");
    this.tokens = Objects.requireNonNull(tokens, "tokens");
  }

  /**
   * Returns the file with the pairs of one model. Nothing is opened yet.
   *
   * @param file the JSON-lines file
   * @param tokens the model's text and ids
   * @return the file
   */
  public static PreferenceFile of(Path file, ModelTokens tokens) {
    return new PreferenceFile(file, tokens);
  }

  /**
   * Returns the pairs, in the order of the lines. The iterator throws an {@link
   * InvalidInputException} that names file, line and key where a row is malformed, where it does
   * not fit the model, and where the file holds no row at all.
   *
   * @return a new iterator
   * @throws InvalidInputException if there is no such file
   */
  @Override
  public Iterator<PreferencePair> iterator() {
    JsonLinesReader rows = new JsonLinesReader(file);
    if (!rows.hasNext()) {
      throw new InvalidInputException(
          file
              + ": expected at least one preference pair, found an empty file; write"
              + " {\"prompt\": \"…\", \"chosen\": \"…\", \"rejected\": \"…\"} a line");
    }
    PreferenceRow reader = new PreferenceRow(tokens);
    return Iterators.transform(rows, reader::pair);
  }

  /**
   * Returns all pairs; for files that fit in memory.
   *
   * @return the pairs, in the order of the lines, at least one
   * @throws InvalidInputException as {@link #iterator} says
   */
  public List<PreferencePair> readAll() {
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
   * Goes on with the file after its first rows. What follows them, which a killed run wrote after
   * its last checkpoint, is cut off, and so is half a line at the end.
   *
   * @param pairs how many pairs to keep
   * @return a writer
   * @throws InvalidInputException if the file holds fewer
   * @throws dev.flowdpo.error.FlowException if it cannot be written
   */
  public Writer resume(int pairs) {
    return new Writer(JsonLinesWriter.after(pairs, file), new PreferenceRow(tokens));
  }

  /** Appends pairs. Not thread-safe. */
  public static final class Writer implements AutoCloseable {
    private final JsonLinesWriter lines;
    private final PreferenceRow rows;

    private Writer(JsonLinesWriter lines, PreferenceRow rows) {
      this.lines = lines;
      this.rows = rows;
    }

    /**
     * Appends a group of pairs; they are on the disk when this returns.
     *
     * @param pairs the pairs
     * @throws dev.flowdpo.error.FlowException if they cannot be written
     */
    public void write(List<PreferencePair> pairs) {
      lines.write(pairs.stream().map(rows::row).toList());
    }

    /** Closes the file. */
    @Override
    public void close() {
      lines.close();
    }
  }
}
