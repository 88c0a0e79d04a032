package dev.flowdpo.runtime.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.runtime.checkpoint.BlockLayout;
import dev.flowdpo.runtime.checkpoint.BlockRows;
import dev.flowdpo.runtime.checkpoint.StoredBlocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Blocks in the order of ONNX Runtime's operators against the values of the Python package. */
class GgufBlocksTest {
  /** Rows in the order of the file would show the same numbers twice. */
  private static final long[] ORDER = {1, 0};

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"F32", "F16", "BF16"})
  void repackedBlocksStandForTheSameValues(GgufType type) throws IOException {
    ByteBuffer file = GgufTypeTest.resource(type + ".bin");
    float[] expected = GgufTypeTest.floats(GgufTypeTest.resource(type + ".f32"));
    int columns = expected.length / 2;
    int rowBytes = file.remaining() / 2;
    StoredBlocks blocks =
        GgufBlocks.of(type, columns, row -> file.slice((int) ORDER[(int) row] * rowBytes, rowBytes))
            .orElseThrow();
    BlockLayout layout = blocks.layout();
    int count = (int) layout.blocks(columns);
    BlockRows rows =
        new BlockRows(
            ByteBuffer.allocate((int) layout.rowBytes(columns)),
            FloatBuffer.allocate(count),
            ByteBuffer.allocate(0),
            FloatBuffer.allocate(layout.offsets() ? count : 0));

    for (int row = 0; row < 2; row++) {
      blocks.read(row, 1, rows);

      assertThat(rows.codes().hasRemaining()).isFalse();
      assertThat(rows.factors().hasRemaining()).isFalse();
      for (int i = 0; i < columns; i++) {
        int block = i / layout.blockSize();
        float offset = layout.offsets() ? rows.offsets().get(block) : 0;
        float factor = rows.factors().get(block);
        float wanted = expected[(int) ORDER[row] * columns + i];
        // Where codes are shifted the offset is rounded once more.
        float error = Math.ulp(8 * factor) + Math.ulp(offset);
        assertThat(factor * (code(layout, rows.codes(), i) - layout.middle()) + offset)
            .isCloseTo(wanted, within(layout.offsets() ? error : 0));
      }
      rows.codes().clear();
      rows.factors().clear();
      rows.offsets().clear();
    }
  }

  private static int code(BlockLayout layout, ByteBuffer codes, int i) {
    return layout.bits() == 8 ? codes.get(i) & 0xff : codes.get(i / 2) >> 4 * (i % 2) & 0xf;
  }
}
