package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;

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

  /** The shapes in which graphs read the same codes. */
  enum CodesShape {
    /** {@code [out, blocks, bytes of a block]}. */
    BY_BLOCK(".blocks"),
    /** {@code [out, bytes of a row]}. */
    BY_ROW(".codes"),
    /** {@code [out · blocks, bytes of a block]}. */
    BLOCKS_AS_ROWS(".block_rows");

    private final String suffix;

    CodesShape(String suffix) {
      this.suffix = suffix;
    }
  }

  /**
   * The integers of a quantised matrix, or of several, one below the other.
   *
   * @param shape how a graph reads them; the memory is the same
   */
  record Codes(BlockRows rows, CodesShape shape) implements OfBlocks {
    @Override
    public String name() {
      return run() + shape.suffix;
    }
  }

  /**
   * The factors of quantised matrices.
   *
   * @param asList whether as {@code [out · blocks]}, else as {@code [out, blocks]}; the memory is
   *     the same
   */
  record Factors(BlockRows rows, boolean asList) implements OfBlocks {
    @Override
    public String name() {
      return run() + (asList ? ".factor_list" : ".factors");
    }
  }

  /** The offsets of quantised matrices whose blocks have some, {@code [out, blocks]}. */
  record Offsets(BlockRows rows) implements OfBlocks {
    @Override
    public String name() {
      return run() + ".offsets";
    }
  }

  /** The zeros of quantised matrices whose blocks have their own, {@code [out, bytes of a row]}. */
  record Zeros(BlockRows rows) implements OfBlocks {
    @Override
    public String name() {
      return run() + ".zeros";
    }
  }

  /** A part of the blocks of quantised matrices that lie one below the other. */
  sealed interface OfBlocks extends FrozenData {
    /** Returns which rows. */
    BlockRows rows();

    @Override
    default String tensor() {
      return rows().tensors().get(0);
    }

    /** Returns what the rows are called. */
    default String run() {
      return rows().name();
    }
  }

  /**
   * Rows of quantised matrices that lie one below the other.
   *
   * @param tensors the matrices, at least one, as they follow each other in memory
   * @param first the first row
   * @param count the number of rows
   */
  record BlockRows(ImmutableList<String> tensors, long first, long count) {

    /** Returns some of these rows. */
    BlockRows part(long from, long rows) {
      return new BlockRows(tensors, first + from, rows);
    }

    private String name() {
      return String.join("+", tensors) + ".rows_" + first + "_to_" + (first + count);
    }
  }
}
