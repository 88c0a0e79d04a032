package dev.flowdpo.preference;

/** The logistic function and its logarithm, without overflow at either end. */
final class Logistic {
  private Logistic() {}

  /** Returns σ(x) = 1 / (1 + e^−x). */
  static double sigmoid(double x) {
    // e^−|x| never overflows; for x < 0, σ(x) = e^x / (1 + e^x).
    double small = Math.exp(-Math.abs(x));
    return x >= 0 ? 1 / (1 + small) : small / (1 + small);
  }

  /** Returns −log σ(x) = log(1 + e^−x). */
  static double minusLogSigmoid(double x) {
    return Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
