package dev.flowdpo.policy.internal;

/**
 * What a round costs by its number of rows, {@code time = fixed + perRow · rows}, fitted by least
 * squares to the rounds so far, of which older ones count less. Not thread-safe.
 */
final class RoundCost {
  private static final double MEMORY = 0.95;

  private double weight;
  private double rows;
  private double rowsSquared;
  private double time;
  private double rowsTime;

  /** Learns what a round cost. */
  void add(int count, long nanos) {
    weight = MEMORY * weight + 1;
    rows = MEMORY * rows + count;
    rowsSquared = MEMORY * rowsSquared + (double) count * count;
    time = MEMORY * time + nanos;
    rowsTime = MEMORY * rowsTime + (double) count * nanos;
  }

  /**
   * Returns how many rows of other work a round may take so that this work has no more than a share
   * of its time; at least 1.
   *
   * @param first the rows that the round has anyway, at least 1
   * @param share of the time, at least 0 and below 1
   */
  int rowsWithin(double share, int first) {
    double spread = weight * rowsSquared - rows * rows;
    double perRow = spread <= 0 ? 0 : (weight * rowsTime - rows * time) / spread;
    double fixed = weight == 0 ? 0 : (time - perRow * rows) / weight;
    boolean known = perRow > 0 && fixed >= 0;
    double firstCost = known ? fixed / perRow + first : first;
    return (int) Math.min(Integer.MAX_VALUE, Math.max(1, firstCost * share / (1 - share)));
  }
}
