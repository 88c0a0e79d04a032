package dev.flowdpo.verify.math;

/**
 * The outcome of comparing two answers.
 *
 * <p>Immutable and thread-safe.
 *
 * @param outcome whether they are equal
 * @param reason why, for people
 */
public record Comparison(Outcome outcome, String reason) {

  /** Possible outcomes. */
  public enum Outcome {
    /** The answers are one value. */
    EQUAL,
    /** They are not, or no way was found to say that they are. */
    DIFFERENT,
    /** At least one is out of reach: too long, too large, undefined. */
    UNKNOWN
  }

  static Comparison equal(String reason) {
    return new Comparison(Outcome.EQUAL, reason);
  }

  static Comparison different(String reason) {
    return new Comparison(Outcome.DIFFERENT, reason);
  }

  static Comparison unknown(String reason) {
    return new Comparison(Outcome.UNKNOWN, reason);
  }

  static Comparison of(boolean equal, String reason) {
    return equal ? equal(reason) : different(reason);
  }

  /**
   * Says whether the answers are one value.
   *
   * @return true for {@link Outcome#EQUAL}
   */
  public boolean isEqual() {
    return outcome == Outcome.EQUAL;
  }

  boolean isUnknown() {
    return outcome == Outcome.UNKNOWN;
  }
}
