package dev.flowdpo.runtime.gguf;

import dev.flowdpo.runtime.internal.HalfPrecision;
import java.nio.ByteBuffer;

/** Types of {@link GgufType} that store every element by itself. Stateless and thread-safe. */
final class PlainNumbers {
  private PlainNumbers() {}

  static void f32(ByteBuffer bytes, int at, float[] values) {
    values[0] = bytes.getFloat(at);
  }

  static void f16(ByteBuffer bytes, int at, float[] values) {
    values[0] = half(bytes, at);
  }

  static void bf16(ByteBuffer bytes, int at, float[] values) {
    values[0] = HalfPrecision.fromBf16(bytes.getShort(at));
  }

  /** {@return the binary16 number at a place} */
  static float half(ByteBuffer bytes, int at) {
    return HalfPrecision.fromF16(bytes.getShort(at));
  }
}
