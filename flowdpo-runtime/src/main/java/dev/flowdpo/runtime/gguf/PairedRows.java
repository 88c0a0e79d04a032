package dev.flowdpo.runtime.gguf;

import java.nio.FloatBuffer;

/**
 * The rows of queries and keys: in a folder, the two that rotate together are half a head apart; in
 * files of some families they are neighbours. Stateless and thread-safe.
 */
final class PairedRows {
  private PairedRows() {}

  /**
   * Returns the row of the file that holds a row of the folder.
   *
   * @param rows all rows
   * @param heads the heads in them; 0 where rows lie as in a folder
   */
  static long inFile(long row, long rows, int heads) {
    if (heads == 0) {
      return row;
    }
    long size = rows / heads;
    long inside = row % size;
    long half = size / 2;
    return row - inside + inside % half * 2 + inside / half;
  }

  /**
   * Returns rows in the order of the file.
   *
   * @param values the rows in the order of the folder, all of their heads
   */
  static float[] ofFile(FloatBuffer values, int rows, int heads) {
    int columns = values.remaining() / rows;
    float[] moved = new float[values.remaining()];
    for (int row = 0; row < rows; row++) {
      values.get(moved, (int) inFile(row, rows, heads) * columns, columns);
    }
    return moved;
  }
}
