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

  /**
   * A run that reads takes rows until their padded tokens pass this number. What a run computes in
   * grows with them, and its products are hardly faster with more.
   */
  public static final int PREFILL_TOKENS = 768;

  /**
   * The memory in which a run computes is kept for the next one if it is less than about so many
   * bytes; more is given back, which takes some milliseconds of a run that takes a second.
   */
  public static final long KEPT_BYTES = 1L << 23;

  private RunLimits() {}

  /**
   * Returns the number of equal sequences that are read in one run.
   *
   * @param tokens the new tokens of each, at most {@link #READ_TOKENS}
   * @param keys the new tokens and those before them
   */
  public static int prefillRows(long tokens, long keys) {
    long rows = Math.min(PREFILL_TOKENS / tokens, PREFILL_SCORES / (tokens * keys));
    return (int) Math.max(1, Math.min(ROWS, rows));
  }
}
