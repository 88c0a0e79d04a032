package dev.flowdpo.value;

import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What one solution cost. Immutable and thread-safe.
 *
 * @param promptTokens tokens before the first chunk; empty where the policy does not tell
 * @param generatedTokens tokens in all chunks, the end of sequence included; 0 for those of which
 *     the policy tells the text only
 * @param policyCalls calls of the policy that this problem took part in
 * @param judgeCalls calls of the judge that this problem took part in
 * @param elapsed wall-clock time from the start of the solve, of a whole batch where there was one,
 *     to the end of this solution
 */
public record Usage(
    OptionalInt promptTokens,
    int generatedTokens,
    int policyCalls,
    int judgeCalls,
    Duration elapsed) {

  /** Checks that nothing is missing. */
  public Usage {
    Objects.requireNonNull(promptTokens, "promptTokens");
    Objects.requireNonNull(elapsed, "elapsed");
  }
}
