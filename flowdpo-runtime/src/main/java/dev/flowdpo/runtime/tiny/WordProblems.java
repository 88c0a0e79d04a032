package dev.flowdpo.runtime.tiny;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Seeded endless streams of grade-school word problems in plain English, with one to four steps.
 *
 * <p>Stateless and thread-safe; the same seed and mix give the same problems everywhere. A question
 * belongs to the held-out set if the lowest four bits of its stable hash are zero, one in sixteen:
 * {@link #heldOut} returns only such questions and every other method drops them, so no stream,
 * whatever its seed, contains a held-out question. Seeds are kept apart too: pre-training takes the
 * even seeds of {@link #stream}, learning the odd ones, and the held-out set has one of its own.
 */
public final class WordProblems {
  private static final int HELD_OUT_BUCKETS = 16;
  private static final long HELD_OUT_SEED = 0x5EED_0F_7E57L;

  private WordProblems() {}

  /**
   * Returns an endless stream of problems of the standard mix, without held-out questions.
   *
   * @param seed the seed
   * @return a sequential stream
   */
  public static Stream<WordProblem> stream(long seed) {
    return stream(seed, ProblemMix.STANDARD);
  }

  /**
   * Returns an endless stream of problems of a mix, without held-out questions.
   *
   * @param seed the seed
   * @param mix how hard the problems are
   * @return a sequential stream
   */
  public static Stream<WordProblem> stream(long seed, ProblemMix mix) {
    return all(seed, mix).filter(problem -> !isHeldOut(problem.question()));
  }

  /**
   * Returns the first {@code count} problems of {@link #stream(long)}.
   *
   * @param seed the seed
   * @param count how many
   * @return the problems
   */
  public static List<WordProblem> generate(long seed, int count) {
    return stream(seed).limit(count).toList();
  }

  /**
   * Returns the problems that the bundled model is pre-trained on: {@code stream(2 * seed, mix)}.
   *
   * @param seed the seed
   * @param mix how hard the problems are
   * @return an endless sequential stream
   */
  public static Stream<WordProblem> training(long seed, ProblemMix mix) {
    return stream(2 * seed, mix);
  }

  /**
   * Returns the problems that online learning works on: {@code stream(2 * seed + 1)}.
   *
   * @param seed the seed
   * @return an endless sequential stream
   */
  public static Stream<WordProblem> learning(long seed) {
    return learning(seed, ProblemMix.STANDARD);
  }

  /**
   * Returns problems of a mix that online learning works on: {@code stream(2 * seed + 1, mix)}.
   *
   * @param seed the seed
   * @param mix how hard the problems are
   * @return an endless sequential stream
   */
  public static Stream<WordProblem> learning(long seed, ProblemMix mix) {
    return stream(2 * seed + 1, mix);
  }

  /**
   * Returns the first problems of the fixed held-out set, all different. A smaller set is the
   * beginning of a larger one.
   *
   * @param count how many
   * @return the problems
   */
  public static List<WordProblem> heldOut(int count) {
    return heldOut(count, ProblemMix.STANDARD);
  }

  /**
   * Returns the first problems of a mix's fixed held-out set, all different. A smaller set is the
   * beginning of a larger one.
   *
   * @param count how many
   * @param mix how hard the problems are
   * @return the problems
   */
  public static List<WordProblem> heldOut(int count, ProblemMix mix) {
    return all(HELD_OUT_SEED, mix)
        .filter(problem -> isHeldOut(problem.question()))
        .distinct()
        .limit(count)
        .toList();
  }

  /**
   * Returns whether a question belongs to the held-out set, which no stream here produces.
   *
   * @param question the question's text
   * @return whether it is held out
   */
  public static boolean isHeldOut(String question) {
    return Long.remainderUnsigned(hash(question), HELD_OUT_BUCKETS) == 0;
  }

  /** Returns a hash of the question that never changes between releases or platforms. */
  private static long hash(String question) {
    return Hashing.murmur3_128().hashString(question, StandardCharsets.UTF_8).asLong();
  }

  private static Stream<WordProblem> all(long seed, ProblemMix mix) {
    SplittableRandom random = new SplittableRandom(seed);
    return Stream.generate(() -> Story.tell(mix, random));
  }
}
