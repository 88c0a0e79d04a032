package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockLayoutTest {
  @Test
  void countsCodesFactorsZerosAndOffsetsOfARow() {
    BlockLayout four = new BlockLayout(4, 32, true);
    assertThat(four.blocks(96)).isEqualTo(3);
    assertThat(four.rowBytes(96)).isEqualTo(48);
    assertThat(four.zeroBytes(96)).isEqualTo(2); // three halves of a byte
    assertThat(four.bytes(96)).isEqualTo(48 + 3 * 4 + 2);
    assertThat(new BlockLayout(8, 16, true).bytes(96)).isEqualTo(96 + 6 * 4 + 6);
    assertThat(new BlockLayout(8, 16, false).bytes(96)).isEqualTo(96 + 6 * 4);
    assertThat(new BlockLayout(4, 32, false, true).bytes(96)).isEqualTo(48 + 3 * 4 + 3 * 4);
    assertThat(four.divides(96)).isTrue();
    assertThat(four.divides(80)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "5, 32, 'bits: expected 4 or 8, found 5'",
    "4, 8, 'blockSize: expected a power of two of at least 16, found 8'",
    "8, 48, 'blockSize: expected a power of two of at least 16, found 48'"
  })
  void refusesWhatNoOperatorReads(int bits, int blockSize, String message) {
    assertThatThrownBy(() -> new BlockLayout(bits, blockSize, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
