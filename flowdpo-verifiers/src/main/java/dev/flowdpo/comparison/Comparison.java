package dev.flowdpo.comparison;

import dev.flowdpo.error.InvalidInputException;
import java.util.Objects;

/**
 * What a comparer says of two traces. Immutable and thread-safe.
 *
 * @param preference which one is better
 * @param confidence how sure the comparer is, from 0 to 1; 0 where it is undecided
 * @param reason why, in a few words; may be empty
 */
public record Comparison(Preference preference, double confidence, String reason) {

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if the confidence is not from 0 to 1
   */
  public Comparison {
    Objects.requireNonNull(preference, "preference");
    Objects.requireNonNull(reason, "reason");
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new InvalidInputException(
          "confidence of a comparison: expected a number from 0 to 1, found " + confidence);
    }
  }

  /**
   * Returns a comparison that says nothing of the traces.
   *
   * @param reason why there is none
   * @return an undecided comparison
   */
  public static Comparison undecided(String reason) {
    return new Comparison(Preference.UNDECIDED, 0, reason);
  }

  /**
   * Returns what this means where the traces change places.
   *
   * @return the same with the preference swapped
   */
  public Comparison swapped() {
    return new Comparison(preference.swapped(), confidence, reason);
  }
}
