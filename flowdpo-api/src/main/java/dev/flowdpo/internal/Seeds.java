package dev.flowdpo.internal;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * Derives the seeds of single random draws. A seed depends on where in a problem's tree it is used
 * and on nothing else, so that a problem gets the same chunks in any batch.
 */
public final class Seeds {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private Seeds() {}

  /**
   * Returns the seed at a place in a problem's tree.
   *
   * @param seed the seed of the whole run
   * @param problemId the problem
   * @param place where in its tree; paths of different lengths are different places
   */
  public static long of(long seed, String problemId, int... place) {
    long id = Hashing.sha256().hashString(problemId, StandardCharsets.UTF_8).asLong();
    long state = mix(mix(seed + GOLDEN_GAMMA) ^ id);
    state = mix(state + GOLDEN_GAMMA + place.length);
    for (int step : place) {
      state = mix(state + GOLDEN_GAMMA + step);
    }
    return state;
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit depends on every bit. */
  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
