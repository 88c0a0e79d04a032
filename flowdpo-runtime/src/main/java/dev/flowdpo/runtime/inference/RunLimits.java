package dev.flowdpo.runtime.inference;

/**
 * How much goes through a graph in one run; more is split into several, so that the memory of a run
 * stays bounded however much an application asks for at once.
 */
public final class RunLimits {
  /** The most rows of a run, whether it reads or decodes. */
  public static final int ROWS = 256;

  /**
   * The most tokens of a sequence that one run reads. Longer texts are read in pieces, each after
   * the ones before it: a token's scores are computed over the keys up to the end of its piece, not
   * over all, which is about half of the work of attention, and the memory of a run stays small.
   */
  public static final int READ_TOKENS = 512;

  /** A run that reads takes rows until padded tokens times keys pass this number. */
  public static final long PREFILL_SCORES = 1L << 22;

  private RunLimits() {}

  /**
   * Returns the number of equal sequences that are read in one run.
   *
   * @param tokens the new tokens of each, at most {@link #READ_TOKENS}
   * @param keys the new tokens and those before them
   */
  public static int prefillRows(long tokens, long keys) {
    return (int) Math.max(1, Math.min(ROWS, PREFILL_SCORES / (tokens * keys)));
  }
}
