package dev.flowdpo.runtime.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Values of blocks against those of the Python package; {@code make_blocks.py} made the files. */
class GgufTypeTest {
  @ParameterizedTest
  @EnumSource
  void blocksStandForWhatThePythonPackageSays(GgufType type) throws IOException {
    ByteBuffer blocks = resource(type + ".bin");
    float[] expected = floats(resource(type + ".f32"));
    assertThat(type.byteSize(expected.length)).isEqualTo(blocks.remaining());
    FloatBuffer values = FloatBuffer.allocate(expected.length + 1);

    type.dequantize(blocks, values);

    assertThat(blocks.hasRemaining()).isFalse();
    assertThat(values.position()).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(Float.floatToRawIntBits(values.get(i)))
          .as("element %s: %s, not %s", i, values.get(i), expected[i])
          .isEqualTo(Float.floatToRawIntBits(expected[i]));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTypeIsFoundByItsNumber(GgufType type) {
    assertThat(GgufType.of(type.id(), "here")).isEqualTo(type);
    assertThat(type.divides(3L * type.elements())).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"16, IQ2_XXS", "39, MXFP4", "4, Q4_2", "31, an unknown type", "-1, 4294967295"})
  void otherTypesAreRefusedByName(int id, String name) {
    assertThatThrownBy(() -> GgufType.of(id, "model.gguf: tensor \"blk.0.attn_q.weight\""))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model.gguf: tensor \"blk.0.attn_q.weight\": expected a type out of")
        .hasMessageContaining(name);
  }

  @Test
  void piecesOfBlocksAreRefused() {
    assertThatThrownBy(() -> GgufType.Q4_K.byteSize(255)).hasMessageContaining("255 elements");
    assertThatThrownBy(
            () -> GgufType.Q8_0.dequantize(ByteBuffer.allocate(35), FloatBuffer.allocate(64)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found 35 bytes");
    assertThatThrownBy(
            () -> GgufType.Q8_0.dequantize(ByteBuffer.allocate(68), FloatBuffer.allocate(63)))
        .hasMessageContaining("room for 63 values");
  }

  static ByteBuffer resource(String name) throws IOException {
    try (InputStream stream = GgufTypeTest.class.getResourceAsStream("/gguf/" + name)) {
      return ByteBuffer.wrap(stream.readAllBytes());
    }
  }

  static float[] floats(ByteBuffer bytes) {
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }
}
