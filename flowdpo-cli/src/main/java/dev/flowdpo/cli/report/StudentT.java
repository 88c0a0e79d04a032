package dev.flowdpo.cli.report;

/** The 97.5 % quantile of Student's t, for two-sided 95 % intervals. Stateless. */
final class StudentT {
  /** The normal distribution's quantile, to which Student's falls as the freedom grows. */
  static final double NORMAL_975 = 1.959963984540054;

  private static final double[] BY_FREEDOM = {
    12.7062047, 4.3026527, 3.1824463, 2.7764451, 2.5705818, 2.4469119, 2.3646243, 2.3060041,
    2.2621572, 2.2281389, 2.2009852, 2.1788128, 2.1603687, 2.1447867, 2.1314495, 2.1199053,
    2.1098156, 2.1009220, 2.0930241, 2.0859634
  };

  private StudentT() {}

  /**
   * Returns the quantile: from a table up to 20 degrees of freedom, then by the Cornish-Fisher
   * expansion, whose error is below 1e-4 there.
   *
   * @param freedom degrees of freedom, at least 1
   */
  static double quantile975(int freedom) {
    if (freedom <= BY_FREEDOM.length) {
      return BY_FREEDOM[freedom - 1];
    }
    double z = NORMAL_975;
    double z3 = z * z * z;
    double z5 = z3 * z * z;
    double z7 = z5 * z * z;
    double n = freedom;
    return z
        + (z3 + z) / (4 * n)
        + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
        + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n);
  }
}
