package dev.flowdpo.runtime.gguf;

import com.google.common.base.Preconditions;
import dev.flowdpo.runtime.checkpoint.BlockLayout;
import dev.flowdpo.runtime.checkpoint.BlockRows;
import dev.flowdpo.runtime.checkpoint.StoredBlocks;
import dev.flowdpo.runtime.gguf.GgufType.Coding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * A matrix of a GGUF file in the order of bits that ONNX Runtime's operators read, with the values
 * that the file says:
 *
 * <table>
 * <caption>Types and what they become</caption>
 * <tr><th>type</th><th>codes</th><th>factors for every</th><th>offsets</th><th>bytes an element</th></tr>
 * <tr><td>Q4_0</td><td>4 bits</td><td>32</td><td>no</td><td>0.625</td></tr>
 * <tr><td>Q4_1, Q4_K</td><td>4 bits</td><td>32</td><td>yes</td><td>0.75</td></tr>
 * <tr><td>Q3_K</td><td>4 bits</td><td>16</td><td>no</td><td>0.75</td></tr>
 * <tr><td>Q2_K</td><td>4 bits</td><td>16</td><td>yes</td><td>1</td></tr>
 * <tr><td>Q8_0, Q5_0, IQ4_NL</td><td>8 bits</td><td>32</td><td>no</td><td>1.125</td></tr>
 * <tr><td>Q5_1, Q5_K</td><td>8 bits</td><td>32</td><td>yes</td><td>1.25</td></tr>
 * <tr><td>Q6_K</td><td>8 bits</td><td>16</td><td>no</td><td>1.25</td></tr>
 * </table>
 *
 * <p>No weight is rounded. Thread-safe if the rows are.
 */
final class GgufBlocks implements StoredBlocks {
  private final GgufType type;
  private final Coding coding;
  private final long columns;
  private final LongFunction<ByteBuffer> rows;

  private GgufBlocks(GgufType type, Coding coding, long columns, LongFunction<ByteBuffer> rows) {
    this.type = type;
    this.coding = coding;
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * {@return the blocks of a matrix, or nothing where its type stores every element by itself}
   *
   * @param columns the elements of a row, whole blocks
   * @param rows gives the bytes of the row with this index, from position to limit; a reader whose
   *     file has rows in another order gives each from where it is
   */
  static Optional<StoredBlocks> of(GgufType type, long columns, LongFunction<ByteBuffer> rows) {
    Preconditions.checkArgument(
        type.divides(columns), "%s: rows of %s elements are no whole blocks", type, columns);
    return type.coding().map(coding -> new GgufBlocks(type, coding, columns, rows));
  }

  @Override
  public BlockLayout layout() {
    return coding.layout();
  }

  @Override
  public void read(long first, int count, BlockRows into) {
    GgufBlock block = type.block(coding);
    for (long row = first; row < first + count; row++) {
      ByteBuffer bytes = rows.apply(row).slice().order(ByteOrder.LITTLE_ENDIAN);
      Preconditions.checkArgument(
          bytes.remaining() == type.byteSize(columns),
          "%s: expected %s bytes in a row, found %s",
          type,
          type.byteSize(columns),
          bytes.remaining());
      for (int at = 0; at < bytes.limit(); at += type.bytes()) {
        type.reader().read(bytes, at, block);
        put(block, into);
      }
    }
  }

  private void put(GgufBlock block, BlockRows into) {
    int zero = layout().middle() - coding.shift();
    if (layout().bits() == 8) {
      for (int code : block.codes) {
        into.codes().put((byte) (code + zero));
      }
    } else {
      for (int i = 0; i < block.codes.length; i += 2) {
        into.codes().put((byte) (block.codes[i] + zero | (block.codes[i + 1] + zero) << 4));
      }
    }
    into.factors().put(block.factors);
    if (layout().offsets()) {
      for (int group = 0; group < block.offsets.length; group++) {
        into.offsets().put(block.offsets[group] + coding.shift() * block.factors[group]);
      }
    }
  }
}
