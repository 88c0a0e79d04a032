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
   * Returns the share of the peak that a rate has.
   *
   * @param left how much of the way is left, from 1 to 0
   * @return from 1 to 0
   */
  public double factor(double left) {
    return switch (this) {
      case CONSTANT -> 1;
      case LINEAR -> left;
      case COSINE -> 0.5 * (1 - Math.cos(Math.PI * left));
    };
  }
}
