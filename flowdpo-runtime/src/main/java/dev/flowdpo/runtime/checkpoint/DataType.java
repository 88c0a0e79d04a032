package dev.flowdpo.runtime.checkpoint;

import java.util.Arrays;
import java.util.Optional;

/** A floating-point type in which weights are stored; named as safetensors names it. */
public enum DataType {
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary16: 5 exponent bits, 10 mantissa bits, largest finite value 65504. */
  F16(2),
  /** The upper half of a binary32: 8 exponent bits, 7 mantissa bits. */
  BF16(2);

  private final int bytes;

  DataType(int bytes) {
    this.bytes = bytes;
  }

  /** {@return the number of bytes per value} */
  public int bytes() {
    return bytes;
  }

  /**
   * {@return the type that safetensors calls so, or empty if it is none of these}
   *
   * @param name the name, such as {@code F16}
   */
  public static Optional<DataType> named(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }
}
