package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Pieces do not overlap, and little more is held than the largest run used. */
class NativeScratchTest {
  private final NativeScratch scratch = new NativeScratch();

  @Property(tries = 50)
  void piecesOfARunDoNotOverlap(
      @ForAll @Size(max = 40) List<@IntRange(max = 200_000) Integer> sizes) {
    for (int run = 0; run < 2; run++) {
      List<ByteBuffer> pieces = new ArrayList<>();
      for (int size : sizes) {
        ByteBuffer piece = scratch.take(size);
        assertThat(piece.capacity()).isEqualTo(size);
        assertThat(piece.isDirect()).isTrue();
        for (int i = 0; i < size; i++) {
          piece.put(i, (byte) pieces.size());
        }
        pieces.add(piece);
      }
      for (int i = 0; i < pieces.size(); i++) {
        ByteBuffer piece = pieces.get(i);
        for (int j = 0; j < piece.capacity(); j += 997) {
          assertThat(piece.get(j)).isEqualTo((byte) i);
        }
      }
      scratch.reset();
    }
  }

  @Example
  void holdsLittleMoreThanARunUses() {
    long used = run(60, 1_200_000);
    assertThat(scratch.total()).isBetween(used, used + 2 * NativeScratch.UNIT);
    long held = scratch.total();
    for (int i = 0; i < 5; i++) {
      run(60, 1_200_000);
      run(3, 1000);
      assertThat(scratch.total()).as("the same runs again").isEqualTo(held);
    }
  }

  @Example
  void dropsSlabsThatBecameTooSmall() {
    run(4, NativeScratch.UNIT + 1);
    run(4, 3 * NativeScratch.UNIT);
    assertThat(scratch.total()).isEqualTo(4L * 3 * NativeScratch.UNIT);
  }

  @Example
  void smallRunsTakeOneSmallSlab() {
    run(100, 1000);
    assertThat(scratch.total()).isLessThan(1 << 18);
  }

  @Example
  void refusesWhatNoBufferHolds() {
    assertThatThrownBy(() -> scratch.take(1L << 31))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2147483648 bytes is more than a buffer holds");
  }

  private long run(int pieces, int size) {
    for (int i = 0; i < pieces; i++) {
      scratch.take(size);
    }
    scratch.reset();
    return (long) pieces * size;
  }
}
