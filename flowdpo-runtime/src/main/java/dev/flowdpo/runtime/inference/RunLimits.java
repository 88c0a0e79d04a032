package dev.flowdpo.runtime.inference;

/**
 * How much goes through a graph in one run; more is split into several, so that the memory of a run
 * stays bounded however much an application asks for at once.
 */
public final class RunLimits {
  /** The most rows of a run, whether it reads or decodes. */
  public static final int ROWS = 256;

  /** A run that reads takes rows until padded tokens times keys pass this number. */
  public static final long PREFILL_SCORES = 1L << 22;

  private RunLimits() {}

  /**
   * Returns the number of equal sequences that are read in one run.
   *
   * @param tokens the new tokens of each
   * @param keys the new tokens and those before them
   */
  public static int prefillRows(long tokens, long keys) {
    return (int) Math.max(1, Math.min(ROWS, PREFILL_SCORES / (tokens * keys)));
  }
}
