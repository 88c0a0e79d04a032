package dev.flowdpo.value;

import com.google.common.primitives.Ints;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A sequence of token ids in the vocabulary of one model. Ids are the truth and text is made of
 * them, never the other way round. Equal by content. Immutable and thread-safe.
 */
public final class TokenIds {
  private static final TokenIds EMPTY = new TokenIds(new int[0]);

  private final int[] ids;

  private TokenIds(int[] ids) {
    this.ids = ids;
  }

  /** {@return the ids as given, first to last; copied} */
  public static TokenIds of(int... ids) {
    return ids.length == 0 ? EMPTY : new TokenIds(ids.clone());
  }

  /** {@return the ids of an array, first to last; copied} */
  public static TokenIds copyOf(int[] ids) {
    return of(ids);
  }

  /** {@return the ids of a list, first to last} */
  public static TokenIds copyOf(List<Integer> ids) {
    return ids.isEmpty() ? EMPTY : new TokenIds(ids.stream().mapToInt(id -> id).toArray());
  }

  /** {@return the ids of a stream, first to last} */
  public static TokenIds copyOf(IntStream ids) {
    int[] array = ids.toArray();
    return array.length == 0 ? EMPTY : new TokenIds(array);
  }

  /** {@return a builder without ids} */
  public static Builder builder() {
    return new Builder(16);
  }

  /** {@return a builder with room for so many ids; it takes more as well} */
  public static Builder builder(int capacity) {
    return new Builder(capacity);
  }

  /** {@return how many ids there are} */
  public int length() {
    return ids.length;
  }

  /** {@return whether there are none} */
  public boolean isEmpty() {
    return ids.length == 0;
  }

  /**
   * {@return the id at an index, from 0} Throws an IndexOutOfBoundsException outside of the ids.
   */
  public int get(int index) {
    return ids[index];
  }

  /**
   * {@return the ids from {@code begin} to before {@code end}}
   *
   * @throws IndexOutOfBoundsException if that does not lie within the sequence
   */
  public TokenIds slice(int begin, int end) {
    Objects.checkFromToIndex(begin, end, ids.length);
    if (begin == 0 && end == ids.length) {
      return this;
    }
    return begin == end ? EMPTY : new TokenIds(Arrays.copyOfRange(ids, begin, end));
  }

  /** {@return whether the id is one of these} */
  public boolean contains(int id) {
    return indexOf(id) >= 0;
  }

  /** {@return the first place of the id, or -1 where it does not occur} */
  public int indexOf(int id) {
    return Ints.indexOf(ids, id);
  }

  /** Calls with every id, first to last. */
  public void forEach(IntConsumer action) {
    for (int id : ids) {
      action.accept(id);
    }
  }

  /** {@return the ids as a stream, first to last} */
  public IntStream stream() {
    return Arrays.stream(ids);
  }

  /** {@return the ids as an array of the caller's own} */
  public int[] toArray() {
    return ids.clone();
  }

  /** {@return the ids as a list, an unmodifiable view} */
  public List<Integer> asList() {
    return Collections.unmodifiableList(Ints.asList(ids));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenIds that && Arrays.equals(ids, that.ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  /** {@return the ids in brackets, for example {@code [1, 2, 3]}} */
  @Override
  public String toString() {
    return Arrays.toString(ids);
  }

  /** Collects ids one by one. Not thread-safe. */
  public static final class Builder {
    private int[] ids;
    private int length;

    private Builder(int capacity) {
      ids = new int[Math.max(1, capacity)];
    }

    /** Adds an id, and returns this builder. */
    public Builder add(int id) {
      makeRoom(1);
      ids[length++] = id;
      return this;
    }

    /** Adds ids, first to last, and returns this builder. */
    public Builder addAll(TokenIds more) {
      return addAll(more.ids);
    }

    /** Adds ids, first to last, and returns this builder. */
    public Builder addAll(int[] more) {
      makeRoom(more.length);
      System.arraycopy(more, 0, ids, length, more.length);
      length += more.length;
      return this;
    }

    /** {@return the ids so far; the builder may be used on} */
    public TokenIds build() {
      return length == 0 ? EMPTY : new TokenIds(Arrays.copyOf(ids, length));
    }

    private void makeRoom(int more) {
      int needed = Math.addExact(length, more);
      if (needed > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(needed, ids.length + (ids.length >> 1)));
      }
    }
  }
}
