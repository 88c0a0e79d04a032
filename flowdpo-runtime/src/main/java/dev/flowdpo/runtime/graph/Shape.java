package dev.flowdpo.runtime.graph;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import java.util.List;

/**
 * The shape of a {@link Value}: sizes that are known when the graph is built, and named sizes that
 * are known only when it runs. Two dimensions are the same if their size, or their name, is the
 * same. Immutable and thread-safe.
 *
 * @param dimensions the dimensions, outermost first; empty for a scalar
 */
public record Shape(List<Dimension> dimensions) {

  /**
   * One dimension.
   *
   * @param size the size, or -1 if it is known only when the graph runs
   * @param name the name of a size that is not known yet; empty for a known one
   */
  public record Dimension(long size, String name) {
    boolean isOne() {
      return size == 1;
    }

    @Override
    public String toString() {
      return name.isEmpty() ? Long.toString(size) : name;
    }
  }

  /** Copies the list. */
  public Shape {
    dimensions = ImmutableList.copyOf(dimensions);
  }

  /**
   * Returns a shape from sizes ({@link Number}) and names ({@link String}).
   *
   * @param dimensions for example {@code Shape.of("batch", "tokens", 128)}
   * @throws IllegalArgumentException if a dimension is neither a non-negative number nor a name
   */
  public static Shape of(Object... dimensions) {
    ImmutableList.Builder<Dimension> list = ImmutableList.builder();
    for (Object dimension : dimensions) {
      if (dimension instanceof Number number && number.longValue() >= 0) {
        list.add(new Dimension(number.longValue(), ""));
      } else if (dimension instanceof String name && !name.isEmpty()) {
        list.add(new Dimension(-1, name));
      } else {
        throw new IllegalArgumentException(
            "A dimension must be a non-negative number or a name, found: " + dimension);
      }
    }
    return new Shape(list.build());
  }

  /** Returns the number of dimensions. */
  public int rank() {
    return dimensions.size();
  }

  /** Returns the dimension at an axis; negative axes count from the end. */
  public Dimension dimension(int axis) {
    return dimensions.get(axis < 0 ? axis + rank() : axis);
  }

  /** Returns this shape with one dimension replaced; negative axes count from the end. */
  Shape with(int axis, Dimension dimension) {
    int position = axis < 0 ? axis + rank() : axis;
    ImmutableList.Builder<Dimension> list = ImmutableList.builder();
    for (int i = 0; i < rank(); i++) {
      list.add(i == position ? dimension : dimensions.get(i));
    }
    return new Shape(list.build());
  }

  /** Returns this shape with the last dimension replaced by a known size. */
  Shape withLast(long size) {
    return with(-1, new Dimension(size, ""));
  }

  /** Returns the shape that NumPy's broadcasting rules give for two operands. */
  static Shape broadcast(Shape left, Shape right) {
    int rank = Math.max(left.rank(), right.rank());
    ImmutableList.Builder<Dimension> list = ImmutableList.builder();
    for (int axis = 0; axis < rank; axis++) {
      int inLeft = axis - (rank - left.rank());
      int inRight = axis - (rank - right.rank());
      if (inLeft < 0) {
        list.add(right.dimensions.get(inRight));
      } else if (inRight < 0 || right.dimensions.get(inRight).isOne()) {
        list.add(left.dimensions.get(inLeft));
      } else {
        Dimension dimension = right.dimensions.get(inRight);
        Dimension other = left.dimensions.get(inLeft);
        Preconditions.checkArgument(
            other.isOne() || other.equals(dimension),
            "Shapes %s and %s do not broadcast at axis %s",
            left,
            right,
            axis);
        list.add(dimension);
      }
    }
    return new Shape(list.build());
  }

  /** Returns the number of elements; every size must be known. */
  public long elements() {
    return FloatTensor.elements(sizes());
  }

  /** Returns the sizes; every size must be known. */
  public long[] sizes() {
    Preconditions.checkState(
        dimensions.stream().allMatch(dimension -> dimension.size() >= 0),
        "A size of %s is not known",
        this);
    return dimensions.stream().mapToLong(Dimension::size).toArray();
  }

  @Override
  public String toString() {
    return dimensions.toString();
  }
}
