package dev.flowdpo.runtime.data;

import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Rows of a file in a random order: the places where they start are shuffled, and each row is read
 * again when its turn comes. Not thread-safe.
 */
final class ShuffledRows {
  private final Path file;
  private final ImmutableLongArray.Builder starts = ImmutableLongArray.builder();
  private final ImmutableIntArray.Builder numbers = ImmutableIntArray.builder();
  private int count;
  private boolean array;

  ShuffledRows(Path file) {
    this.file = file;
  }

  /** Adds the row that the reader gave last. */
  void add(RowReader rows) {
    starts.add(rows.start());
    numbers.add(rows.number());
    array = rows instanceof JsonArrayReader;
    count++;
  }

  /** Returns the rows in an order that the seed gives (Fisher and Yates). */
  Iterator<JsonRow> iterator(long seed) {
    ImmutableLongArray fixedStarts = starts.build();
    ImmutableIntArray fixedNumbers = numbers.build();
    int[] order = IntStream.range(0, count).toArray();
    Random random = new Random(seed);
    for (int i = count - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int moved = order[i];
      order[i] = order[other];
      order[other] = moved;
    }
    return IntStream.of(order)
        .mapToObj(row -> read(fixedStarts.get(row), fixedNumbers.get(row)))
        .iterator();
  }

  private JsonRow read(long start, int number) {
    if (array) {
      return JsonArrayReader.at(file, start, number);
    }
    JsonLinesReader reader = JsonLinesReader.at(file, start, number);
    if (!reader.hasNext()) {
      throw new InvalidInputException(
          file + ", line " + number + ": expected the row that was there before, found the end");
    }
    return reader.nextRow();
  }
}
