package dev.flowdpo.runtime.graph;

import dev.flowdpo.model.Precision;

/** The element types that the graphs use, with their codes in ONNX's {@code TensorProto}. */
public enum ElementType {
  /** 32-bit IEEE floating point. */
  FLOAT(1, 4),
  /** 16-bit IEEE floating point. */
  FLOAT16(10, 2),
  /** The upper half of 32-bit floating point. */
  BFLOAT16(16, 2),
  /** 8-bit unsigned integer: the codes of quantised weights. */
  UINT8(2, 1),
  /** 64-bit signed integer: token ids, positions, shapes. */
  INT64(7, 8),
  /** Boolean: loop conditions and masks. */
  BOOL(9, 1);

  private final int code;
  private final int bytes;

  ElementType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** Returns the type that graphs of a precision compute in. */
  public static ElementType of(Precision precision) {
    return switch (precision) {
      case F32 -> FLOAT;
      case F16 -> FLOAT16;
      case BF16 -> BFLOAT16;
    };
  }

  /** Returns the bytes of an element. */
  public int bytes() {
    return bytes;
  }

  int code() {
    return code;
  }
}
