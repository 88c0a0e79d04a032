package dev.flowdpo.runtime.graph;

/** The element types that the graphs use, with their codes in ONNX's {@code TensorProto}. */
public enum ElementType {
  /** 32-bit IEEE floating point. */
  FLOAT(1),
  /** 8-bit unsigned integer: the codes of quantised weights. */
  UINT8(2),
  /** 64-bit signed integer: token ids, positions, shapes. */
  INT64(7),
  /** Boolean: loop conditions and masks. */
  BOOL(9);

  private final int code;

  ElementType(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
