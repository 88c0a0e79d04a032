package dev.flowdpo.runtime.data;

import com.google.common.collect.AbstractIterator;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterators;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The problems of a file: GSM8K, MATH and MetaMathQA as they are published, and any other rows by
 * the names of their fields; a JSON object a line, or one JSON array of objects.
 *
 * <pre>{@code
 * for (Problem problem : Dataset.gsm8k(file).split("train", 0.9).shuffle(1).limit(500)) { … }
 * }</pre>
 *
 * <p>Whatever the order of the calls, repeated rows are left out first, then problems of other
 * parts; the rest is shuffled, then skipped and limited. The worked solution is the attribute
 * {@code solution}; other fields are attributes under their names.
 *
 * <p><b>Ids.</b> A row's own id, else a hash of its question. Rows that give an id with the same
 * question again are left out, unless {@link #keepRepeats()} is called; an id with two different
 * questions is refused.
 *
 * <p><b>Memory.</b> Rows are read as they are needed, again at every {@link #iterator}, and the
 * file is open only meanwhile. Beside the row at hand an iterator keeps a hash of every id, and
 * where it shuffles, which needs one pass over the file before the first problem, 16 bytes a row:
 * where each one starts.
 *
 * <p>Immutable and thread-safe; its iterators are not.
 */
public final class Dataset implements Iterable<Problem> {
  private final Path file;
  private final Function<JsonRow, Problem> reader;
  private final Selection selection;

  /** What is left of the file's rows. */
  private record Selection(
      boolean repeats,
      Predicate<Problem> part,
      OptionalLong shuffleSeed,
      int skip,
      OptionalInt limit) {
    static final Selection ALL =
        new Selection(false, problem -> true, OptionalLong.empty(), 0, OptionalInt.empty());
  }

  private Dataset(Path file, Function<JsonRow, Problem> reader, Selection selection) {
    this.file = Objects.requireNonNull(file, "file");
    this.reader = reader;
    this.selection = selection;
  }

  /**
   * Returns the problems of a file in GSM8K's form.
   *
   * @param file the file; nothing is read yet
   * @return its problems
   */
  public static Dataset gsm8k(Path file) {
    return of(file, DatasetFormat.GSM8K);
  }

  /**
   * Returns the problems of a file in MATH's form. Where a row has no {@code answer}, it is the
   * last box of the solution; {@code "Level 3"} becomes the level {@code "3"}.
   *
   * @param file the file; nothing is read yet
   * @return its problems
   */
  public static Dataset math(Path file) {
    return of(file, DatasetFormat.MATH);
  }

  /**
   * Returns the problems of a file in MetaMathQA's form.
   *
   * @param file the file; nothing is read yet
   * @return its problems
   */
  public static Dataset metaMath(Path file) {
    return of(file, DatasetFormat.METAMATH);
  }

  /**
   * Returns the problems of a file with the default names of fields.
   *
   * @param file the file; nothing is read yet
   * @return its problems
   */
  public static Dataset jsonl(Path file) {
    return of(file, DatasetFormat.JSONL);
  }

  /**
   * Returns the problems of a file by the names of its fields. An answer that is a worked solution
   * with {@code #### N} at its end gives {@code N}, without commas between thousands.
   *
   * @param file the file; nothing is read yet
   * @param fields the names
   * @return its problems
   */
  public static Dataset jsonl(Path file, Fields fields) {
    Objects.requireNonNull(fields, "fields");
    return new Dataset(file, row -> ProblemRow.named(row, fields), Selection.ALL);
  }

  /**
   * Returns the problems of a file in one of the forms.
   *
   * @param file the file; nothing is read yet
   * @param format its form
   * @return its problems
   */
  public static Dataset of(Path file, DatasetFormat format) {
    return new Dataset(file, ProblemRow.reader(format), Selection.ALL);
  }

  /**
   * Returns the problems of a file whose form its first row tells.
   *
   * @param file the file
   * @return its problems
   * @throws InvalidInputException if the file is missing or empty, or its first row has the fields
   *     of no form
   */
  public static Dataset open(Path file) {
    return of(file, DatasetFormat.of(rows(file).nextRow()));
  }

  /**
   * Returns these problems with rows kept that give a problem again.
   *
   * @return the problems
   */
  public Dataset keepRepeats() {
    return with(
        new Selection(
            true, selection.part, selection.shuffleSeed, selection.skip, selection.limit));
  }

  /**
   * Returns the problems of one part.
   *
   * @param splits the parts
   * @param part the name of one of them
   * @return its problems
   * @throws InvalidInputException if there is no such part
   */
  public Dataset split(Splits splits, String part) {
    if (!splits.shares().containsKey(part)) {
      throw new InvalidInputException(
          "split: expected one of the parts "
              + splits.shares().keySet()
              + ", found \""
              + part
              + "\"");
    }
    Predicate<Problem> within =
        problem -> splits.partOf(problem.id()).filter(part::equals).isPresent();
    return with(
        new Selection(
            selection.repeats,
            selection.part.and(within),
            selection.shuffleSeed,
            selection.skip,
            selection.limit));
  }

  /**
   * Returns the problems of one part of {@link Splits#trainAndTest}, with seed 0.
   *
   * @param part {@code train} or {@code test}
   * @param trainShare the share of {@code train}, above 0 and below 1; {@code test} is the rest
   * @return its problems
   * @throws InvalidInputException if there is no such part or the share is out of range
   */
  public Dataset split(String part, double trainShare) {
    return split(Splits.trainAndTest(trainShare, 0), part);
  }

  /**
   * Returns these problems in a random order.
   *
   * @param seed gives the same order of the same file every time
   * @return the problems
   */
  public Dataset shuffle(long seed) {
    return with(
        new Selection(
            selection.repeats,
            selection.part,
            OptionalLong.of(seed),
            selection.skip,
            selection.limit));
  }

  /**
   * Returns these problems without the first.
   *
   * @param problems how many to leave out, at least 0
   * @return the problems
   * @throws InvalidInputException if it is below 0
   */
  public Dataset skip(int problems) {
    Require.atLeast(0, "skip", problems);
    return with(
        new Selection(
            selection.repeats, selection.part, selection.shuffleSeed, problems, selection.limit));
  }

  /**
   * Returns no more of these problems than so many.
   *
   * @param problems how many, at least 0
   * @return the problems
   * @throws InvalidInputException if it is below 0
   */
  public Dataset limit(int problems) {
    Require.atLeast(0, "limit", problems);
    return with(
        new Selection(
            selection.repeats,
            selection.part,
            selection.shuffleSeed,
            selection.skip,
            OptionalInt.of(problems)));
  }

  private Dataset with(Selection changed) {
    return new Dataset(file, reader, changed);
  }

  /**
   * Returns the problems. The iterator throws an {@link InvalidInputException} that names file,
   * line and key where a row is malformed; where it shuffles, before the first problem.
   *
   * @return a new iterator
   * @throws InvalidInputException if the file is missing or holds no row at all
   */
  @Override
  public Iterator<Problem> iterator() {
    Selected selected = new Selected(rows(file));
    Iterator<Problem> problems =
        selection.shuffleSeed.isPresent()
            ? Iterators.transform(
                selected.places().iterator(selection.shuffleSeed.getAsLong()), this::problem)
            : selected;
    Iterators.advance(problems, selection.skip);
    return selection.limit.isPresent()
        ? Iterators.limit(problems, selection.limit.getAsInt())
        : problems;
  }

  /**
   * Returns all problems; for sets that fit in memory.
   *
   * @return the problems; none where the selection leaves none
   * @throws InvalidInputException as {@link #iterator} says
   */
  public List<Problem> toList() {
    return ImmutableList.copyOf(iterator());
  }

  private static RowReader rows(Path file) {
    RowReader rows =
        RowReader.isArray(file) ? new JsonArrayReader(file) : new JsonLinesReader(file);
    if (!rows.hasNext()) {
      throw new InvalidInputException(
          file
              + ": expected at least one problem, found an empty file; write a line such as"
              + " {\"question\": \"…\", \"answer\": \"…\"}");
    }
    return rows;
  }

  private Problem problem(JsonRow row) {
    try {
      return reader.apply(row);
    } catch (InvalidInputException e) {
      throw row.at(e);
    }
  }

  /** Problems in the order of the file, without those that are left out. */
  private final class Selected extends AbstractIterator<Problem> {
    private final RowReader rows;
    private final ProblemIds ids = new ProblemIds();

    Selected(RowReader rows) {
      this.rows = rows;
    }

    /** Returns where the rows of all problems are. */
    ShuffledRows places() {
      ShuffledRows places = new ShuffledRows(file);
      while (hasNext()) {
        next();
        places.add(rows);
      }
      return places;
    }

    @Override
    protected @Nullable Problem computeNext() {
      while (rows.hasNext()) {
        JsonRow row = rows.nextRow();
        Problem problem = problem(row);
        boolean wanted = ids.isNew(problem, row) || selection.repeats;
        if (wanted && selection.part.test(problem)) {
          return problem;
        }
      }
      return endOfData();
    }
  }
}
