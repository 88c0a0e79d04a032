package dev.flowdpo.runtime.gguf;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.HalfPrecision;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Set;

/**
 * Writes values in the types that exports have. Values of 16 bits are rounded to nearest, ties to
 * even; a block of {@link GgufType#Q8_0} has the factor that puts its largest value at 127, as
 * llama.cpp does. Stateless and thread-safe.
 */
final class GgufEncoder {
  /** The types that can be written. */
  static final Set<GgufType> TYPES =
      Set.of(GgufType.F32, GgufType.F16, GgufType.BF16, GgufType.Q8_0);

  private static final int LARGEST_CODE = 127;

  private GgufEncoder() {}

  /**
   * Writes all remaining values.
   *
   * @param values whole blocks
   * @param into little-endian, with room for them
   * @param place the tensor, for messages
   * @throws InvalidInputException if a value is outside the range of the type
   */
  static void encode(GgufType type, FloatBuffer values, ByteBuffer into, String place) {
    switch (type) {
      case F32 -> {
        while (values.hasRemaining()) {
          into.putFloat(values.get());
        }
      }
      case F16 -> {
        while (values.hasRemaining()) {
          into.putShort(half(values.get(), type, place));
        }
      }
      case BF16 -> {
        while (values.hasRemaining()) {
          into.putShort(HalfPrecision.toBf16(values.get()));
        }
      }
      case Q8_0 -> {
        float[] block = new float[type.elements()];
        while (values.hasRemaining()) {
          values.get(block);
          encodeBlock(block, type, into, place);
        }
      }
      default -> throw new IllegalArgumentException(type + " is not written");
    }
  }

  private static void encodeBlock(float[] block, GgufType type, ByteBuffer into, String place) {
    float largest = 0;
    for (float value : block) {
      largest = Math.max(largest, Math.abs(value));
    }
    float factor = largest / LARGEST_CODE;
    into.putShort(half(factor, type, place));
    float inverse = factor == 0 ? 0 : 1 / factor;
    for (float value : block) {
      // Half away from zero; what overflows in a block of tiny values stays a code.
      float code = Math.copySign((float) Math.floor(Math.abs(value * inverse) + 0.5f), value);
      into.put((byte) Math.max(-LARGEST_CODE, Math.min(LARGEST_CODE, code)));
    }
  }

  private static short half(float value, GgufType type, String place) {
    short half = HalfPrecision.toF16(value);
    if (Float.isInfinite(HalfPrecision.fromF16(half)) && !Float.isInfinite(value)) {
      throw new InvalidInputException(
          "%s: expected values in the range of %s, found %s; write the file as F32"
              .formatted(place, type, value));
    }
    return half;
  }
}
