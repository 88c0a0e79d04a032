package dev.flowdpo.value;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * Derives seeds, so that every random choice has a stream of its own and none depends on how much
 * others drew. The same numbers give the same seed in every release. Stateless and thread-safe.
 */
public final class Seeds {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private Seeds() {}

  /**
   * Returns the seed at a place in a problem's tree, which depends on nothing else: so a problem
   * gets the same chunks in any batch.
   *
   * @param seed the seed of the whole run
   * @param problemId the problem
   * @param place where in its tree; paths of different lengths are different places
   */
  public static long of(long seed, String problemId, int... place) {
    long id = Hashing.sha256().hashString(problemId, StandardCharsets.UTF_8).asLong();
    long state = scramble(scramble(seed + GOLDEN_GAMMA) ^ id);
    state = scramble(state + GOLDEN_GAMMA + place.length);
    for (int step : place) {
      state = scramble(state + GOLDEN_GAMMA + step);
    }
    return state;
  }

  /**
   * {@return a seed that depends on all numbers, a seed and what tells its uses apart, and their
   * order}
   */
  public static long mix(long... numbers) {
    long state = GOLDEN_GAMMA;
    for (long number : numbers) {
      state = scramble((state ^ number) + GOLDEN_GAMMA);
    }
    return state;
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit depends on every bit. */
  private static long scramble(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
