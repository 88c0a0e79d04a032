package dev.flowdpo.learning;

/** How a learning rate goes on after its warm-up. */
public enum Schedule {
  /** It stays. */
  CONSTANT,
  /** It falls in a straight line to 0. */
  LINEAR,
  /** It falls along half a cosine to 0. */
  COSINE;

  /**
   * {@return the share of the peak, from 1 to 0, that a rate has with this share of the way left}
   */
  public double factor(double left) {
    return switch (this) {
      case CONSTANT -> 1;
      case LINEAR -> left;
      case COSINE -> 0.5 * (1 - Math.cos(Math.PI * left));
    };
  }
}
