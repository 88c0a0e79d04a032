package dev.flowdpo.model;

/** The two ways to form the gradient of an adapter; they differ by rounding alone. */
public enum GradientPath {
  /**
   * One pass through the model leaves what flows through every adapted layer, and ND4J forms the
   * gradient from it: the faster one on a CPU.
   */
  TAPS,
  /**
   * A scoring pass, then a pass in which ONNX Runtime forms the gradient itself, so that only that
   * leaves the device. Knows no dropout.
   */
  IN_GRAPH
}
