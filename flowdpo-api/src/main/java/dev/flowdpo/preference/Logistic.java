package dev.flowdpo.preference;

/** The logistic function and its logarithm, right at both ends. */
final class Logistic {
  private Logistic() {}

  /** Returns σ(x) = 1 / (1 + e^−x). */
  static double sigmoid(double x) {
    // Where e^−x overflows to infinity, the quotient is 0, the right limit.
    return 1 / (1 + Math.exp(-x));
  }

  /** Returns −log σ(x) = log(1 + e^−x). */
  static double minusLogSigmoid(double x) {
    // log(1 + e^−x) = max(−x, 0) + log(1 + e^−|x|), where nothing overflows or cancels.
    return Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
