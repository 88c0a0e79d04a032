package dev.flowdpo.runtime.checkpoint;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.HalfPrecision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Copies of stored values as native code wants them. Stateless and thread-safe. */
public final class DirectFloats {
  private DirectFloats() {}

  /**
   * {@return the values as binary32: read-only, direct, in native byte order}
   *
   * @param bytes the values as stored, little-endian
   * @param what the place of the values, for the error
   * @throws FlowException if there is no room for them outside the heap
   */
  static FloatBuffer copyOf(ByteBuffer bytes, DataType type, String what) {
    int size = bytes.remaining() / type.bytes() * Float.BYTES;
    FloatBuffer copy = allocate(size / Float.BYTES, what);
    if (type == DataType.F32) {
      copy.put(bytes.asFloatBuffer());
    } else {
      widen(bytes.asShortBuffer(), type, copy);
    }
    return copy.flip().asReadOnlyBuffer();
  }

  private static void widen(ShortBuffer from, DataType type, FloatBuffer to) {
    while (from.hasRemaining()) {
      short half = from.get();
      to.put(type == DataType.F16 ? HalfPrecision.fromF16(half) : HalfPrecision.fromBf16(half));
    }
  }

  /** Appends values to bytes in a type of 16 bits. */
  static void narrow(FloatBuffer from, DataType type, ByteBuffer to, String what) {
    while (from.hasRemaining()) {
      float value = from.get();
      short half = type == DataType.F16 ? HalfPrecision.toF16(value) : HalfPrecision.toBf16(value);
      if (type == DataType.F16
          && Float.isInfinite(HalfPrecision.fromF16(half))
          && Float.isFinite(value)) {
        throw new InvalidInputException(
            "%s: expected values of at most 65504, which F16 holds, found %s; take BF16 or F32"
                .formatted(what, value));
      }
      to.putShort(half);
    }
  }

  /** Returns room for some bytes: direct, in native byte order. */
  static ByteBuffer allocateBytes(long bytes, String what) {
    try {
      return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    } catch (OutOfMemoryError e) {
      throw noRoom(bytes, what, e);
    }
  }

  /**
   * {@return room for some values: direct, in native byte order}
   *
   * @param values their number, at most 2^29 − 1
   * @param what the place of the values, for the error
   * @throws FlowException if there is no room for them outside the heap
   */
  public static FloatBuffer allocate(int values, String what) {
    int size = Float.BYTES * values;
    try {
      return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder()).asFloatBuffer();
    } catch (OutOfMemoryError e) {
      throw noRoom(size, what, e);
    }
  }

  private static FlowException noRoom(long bytes, String what, OutOfMemoryError e) {
    return new FlowException(
        ("%s: expected room for %d bytes outside the heap, found none; raise"
                + " -XX:MaxDirectMemorySize, store the weights in the type in which they are computed,"
                + " which are not copied, or load them in fewer bits (ExecutionTarget.quantization)")
            .formatted(what, bytes),
        e);
  }
}
