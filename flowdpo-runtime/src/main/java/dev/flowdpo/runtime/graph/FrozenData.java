package dev.flowdpo.runtime.graph;

/**
 * Which data a weight of a graph holds. The session that runs the graph is handed this data when it
 * is created; several sessions share it.
 */
public sealed interface FrozenData {
  /** Returns the tensor of the checkpoint, or the rotary table, that the data comes from. */
  String tensor();

  /** Returns the name of the weight in the graph. */
  String name();

  /** A tensor as it is, or a rotary table. */
  record Whole(String tensor) implements FrozenData {
    @Override
    public String name() {
      return tensor;
    }
  }

  /** A matrix as it is, in the type that graphs compute in. */
  record Matrix(String tensor) implements FrozenData {
    @Override
    public String name() {
      return tensor;
    }
  }

  /** Some rows of a matrix that is larger than one tensor may be. */
  record RowPart(String tensor, long first, int rows) implements FrozenData {
    @Override
    public String name() {
      return tensor + ".rows_from_" + first;
    }
  }

  /**
   * The integers of a quantised matrix.
   *
   * @param byBlock as {@code [out, blocks, bytes of a block]}, else as {@code [out, bytes of a
   *     row]}; the memory is the same
   */
  record Codes(String tensor, boolean byBlock) implements FrozenData {
    @Override
    public String name() {
      return tensor + (byBlock ? ".blocks" : ".codes");
    }
  }

  /** The factors of a quantised matrix, {@code [out, blocks]}. */
  record Factors(String tensor) implements FrozenData {
    @Override
    public String name() {
      return tensor + ".factors";
    }
  }

  /** The offsets of a quantised matrix whose blocks have some, {@code [out, blocks]}. */
  record Offsets(String tensor) implements FrozenData {
    @Override
    public String name() {
      return tensor + ".offsets";
    }
  }

  /** The zeros of a quantised matrix whose blocks have their own, {@code [out, bytes of a row]}. */
  record Zeros(String tensor) implements FrozenData {
    @Override
    public String name() {
      return tensor + ".zeros";
    }
  }
}
