package dev.flowdpo.learning;

import java.time.Instant;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * A version of a flow's two adapters that is or was live, or was loaded. Immutable and thread-safe.
 *
 * @param number what names it; later versions have larger numbers
 * @param created when it was made
 * @param source where it comes from, for people
 * @param answerUpdates steps of the Answer adapter that led to it
 * @param stopUpdates steps of the Stop adapter that led to it
 * @param accuracy what a gate measured, in [0, 1]; empty where there was none
 */
public record AdapterVersion(
    long number,
    Instant created,
    String source,
    long answerUpdates,
    long stopUpdates,
    OptionalDouble accuracy) {

  /** Checks that nothing is missing. */
  public AdapterVersion {
    Objects.requireNonNull(created, "created");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(accuracy, "accuracy");
  }
}
