package dev.flowdpo.model;

/** The two ways to form the gradient of an adapter; they differ by rounding alone. */
public enum GradientPath {
  /**
   * The way back through the model gives what flows through every adapted layer, layer by layer,
   * and ND4J forms the gradient from it.
   */
  TAPS,
  /** ONNX Runtime forms the gradient itself, so that only that leaves the device. */
  IN_GRAPH
}
