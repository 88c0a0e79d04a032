package dev.flowdpo.learning;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.util.Objects;

/**
 * Which traces are good enough to learn from. Immutable and thread-safe; the {@code with} methods
 * return changed copies.
 *
 * @param minReward the least reward, in [0, 1]; default 0.5, from which a verdict counts as correct
 * @param minTokens the fewest tokens of a trace, at least 1; default 1
 * @param maxTokens the most tokens of a trace, at least {@code minTokens}; default no limit
 * @param perProblem the most traces of one question, at least 1; default 1, as in the paper
 * @param preference which of them stay where there are more; default {@link Preference#FIRST}
 */
public record TraceOptions(
    double minReward, int minTokens, int maxTokens, int perProblem, Preference preference) {

  /** The defaults. */
  public static final TraceOptions DEFAULT =
      new TraceOptions(0.5, 1, Integer.MAX_VALUE, 1, Preference.FIRST);

  /** Which of several traces of one question stay. */
  public enum Preference {
    /** Those that were collected first. */
    FIRST,
    /** Those with the fewest tokens, and of equally long ones those collected first. */
    SHORTEST
  }

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if one is out of its range
   */
  public TraceOptions {
    Require.within(0, 1, "minReward", minReward);
    Require.atLeast(1, "minTokens", minTokens);
    Require.atLeast(minTokens, "maxTokens", maxTokens);
    Require.atLeast(1, "perProblem", perProblem);
    Objects.requireNonNull(preference, "preference");
  }

  /** Returns these options with another {@link #minReward}. */
  public TraceOptions withMinReward(double minReward) {
    return new TraceOptions(minReward, minTokens, maxTokens, perProblem, preference);
  }

  /** Returns these options with other bounds of a trace's length. */
  public TraceOptions withTokens(int minTokens, int maxTokens) {
    return new TraceOptions(minReward, minTokens, maxTokens, perProblem, preference);
  }

  /** Returns these options with another {@link #perProblem} and {@link #preference}. */
  public TraceOptions withPerProblem(int perProblem, Preference preference) {
    return new TraceOptions(minReward, minTokens, maxTokens, perProblem, preference);
  }
}
