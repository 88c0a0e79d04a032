package dev.flowdpo.value;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A sequence of token ids in the vocabulary of one model. Ids are the truth and text is made of
 * them, never the other way round.
 *
 * <p>Equal by content. Immutable and thread-safe.
 */
public final class TokenIds {
  private static final TokenIds EMPTY = new TokenIds(new int[0]);

  private final int[] ids;

  private TokenIds(int[] ids) {
    this.ids = ids;
  }

  /**
   * Returns the ids as given.
   *
   * @param ids the ids, first to last; copied
   * @return a sequence of the same ids
   */
  public static TokenIds of(int... ids) {
    return ids.length == 0 ? EMPTY : new TokenIds(ids.clone());
  }

  /**
   * Returns the ids of an array.
   *
   * @param ids the ids, first to last; copied
   * @return a sequence of the same ids
   */
  public static TokenIds copyOf(int[] ids) {
    return of(ids);
  }

  /**
   * Returns the ids of a list.
   *
   * @param ids the ids, first to last
   * @return a sequence of the same ids
   */
  public static TokenIds copyOf(List<Integer> ids) {
    return ids.isEmpty() ? EMPTY : new TokenIds(ids.stream().mapToInt(id -> id).toArray());
  }

  /**
   * Returns the ids of a stream.
   *
   * @param ids the ids, first to last
   * @return a sequence of the same ids
   */
  public static TokenIds copyOf(IntStream ids) {
    int[] array = ids.toArray();
    return array.length == 0 ? EMPTY : new TokenIds(array);
  }

  /**
   * Returns a builder without ids.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder(16);
  }

  /**
   * Returns a builder with room for so many ids; it takes more as well.
   *
   * @param capacity how many are expected
   * @return a new builder
   */
  public static Builder builder(int capacity) {
    return new Builder(capacity);
  }

  /**
   * Returns how many ids there are.
   *
   * @return the number, at least 0
   */
  public int length() {
    return ids.length;
  }

  /**
   * Says whether there are none.
   *
   * @return true at length 0
   */
  public boolean isEmpty() {
    return ids.length == 0;
  }

  /**
   * Returns the id at a place.
   *
   * @param index from 0
   * @return the id
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public int get(int index) {
    return ids[index];
  }

  /**
   * Returns a part of the sequence.
   *
   * @param begin the first place of the part
   * @param end the place after its last
   * @return the ids from {@code begin} to before {@code end}
   * @throws IndexOutOfBoundsException if the part does not lie within the sequence
   */
  public TokenIds slice(int begin, int end) {
    Objects.checkFromToIndex(begin, end, ids.length);
    if (begin == 0 && end == ids.length) {
      return this;
    }
    return begin == end ? EMPTY : new TokenIds(Arrays.copyOfRange(ids, begin, end));
  }

  /**
   * Says whether an id occurs.
   *
   * @param id the id to look for
   * @return true where it is one of these
   */
  public boolean contains(int id) {
    return indexOf(id) >= 0;
  }

  /**
   * Returns where an id first occurs.
   *
   * @param id the id to look for
   * @return its first place, or -1 where it does not occur
   */
  public int indexOf(int id) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == id) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Calls with every id, first to last.
   *
   * @param action gets the ids
   */
  public void forEach(IntConsumer action) {
    for (int id : ids) {
      action.accept(id);
    }
  }

  /**
   * Returns the ids as a stream.
   *
   * @return the ids, first to last
   */
  public IntStream stream() {
    return Arrays.stream(ids);
  }

  /**
   * Returns the ids as an array of the caller's own.
   *
   * @return a copy
   */
  public int[] toArray() {
    return ids.clone();
  }

  /**
   * Returns the ids as a list.
   *
   * @return an unmodifiable view
   */
  public List<Integer> asList() {
    return new Boxed(ids);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenIds that && Arrays.equals(ids, that.ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  /**
   * Returns the ids in brackets.
   *
   * @return for example {@code [1, 2, 3]}
   */
  @Override
  public String toString() {
    return Arrays.toString(ids);
  }

  private static final class Boxed extends AbstractList<Integer> implements RandomAccess {
    private final int[] ids;

    private Boxed(int[] ids) {
      this.ids = ids;
    }

    @Override
    public Integer get(int index) {
      return ids[index];
    }

    @Override
    public int size() {
      return ids.length;
    }
  }

  /** Collects ids one by one. Not thread-safe. */
  public static final class Builder {
    private int[] ids;
    private int length;

    private Builder(int capacity) {
      ids = new int[Math.max(1, capacity)];
    }

    /**
     * Adds an id.
     *
     * @param id what comes next
     * @return this builder
     */
    public Builder add(int id) {
      makeRoom(1);
      ids[length++] = id;
      return this;
    }

    /**
     * Adds ids.
     *
     * @param more what comes next, first to last
     * @return this builder
     */
    public Builder addAll(TokenIds more) {
      return addAll(more.ids);
    }

    /**
     * Adds ids.
     *
     * @param more what comes next, first to last
     * @return this builder
     */
    public Builder addAll(int[] more) {
      makeRoom(more.length);
      System.arraycopy(more, 0, ids, length, more.length);
      length += more.length;
      return this;
    }

    /**
     * Returns the ids so far; the builder may be used on.
     *
     * @return the sequence
     */
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
