package dev.flowdpo.runtime.memory;

/** Where memory lies, and so what limits it. */
public enum MemoryPlace {
  /** Pages of files, which the system reads when they are used and may drop again. */
  MAPPED_FILES("mapped files"),
  /**
   * Direct buffers, limited by {@code -XX:MaxDirectMemorySize}, by default the size of the heap.
   */
  DIRECT("direct memory"),
  /** What ONNX Runtime and ND4J allocate; limited by the machine. */
  NATIVE("native memory"),
  /** The Java heap, limited by {@code -Xmx}. */
  HEAP("Java heap");

  private final String description;

  MemoryPlace(String description) {
    this.description = description;
  }

  /** {@return the name for people, such as {@code direct memory}} */
  public String description() {
    return description;
  }
}
