package dev.flowdpo.verify;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Makes verifiers of functions and of other verifiers, asked in order.
 *
 * <pre>{@code
 * // Right, and short: the answer counts for three quarters of the reward.
 * Verifier verifier = Verifiers.weighted(ImmutableMap.of(
 *     new MathAnswerVerifier(), 3.0,
 *     Verifiers.predicate("is short", attempt -> attempt.answer().length() < 2_000), 1.0));
 * }</pre>
 *
 * <p>A part that throws counts as unknown, with a warning. A part that may hang needs a {@link
 * dev.flowdpo.rollout.VerifierGuard} of its own where the others are to be heard all the same;
 * otherwise one around the whole is enough. Where a part is a {@link BatchVerifier}, so is the
 * combination: such a part gets, in one call, all answers that the parts before it left open.
 *
 * <p>What is made here is as thread-safe as what it is made of.
 */
public final class Verifiers {
  private Verifiers() {}

  /**
   * Returns a verifier that is content where all parts are: the lowest reward counts.
   *
   * <p>A reward of 0 ends the matter, whatever the others say; otherwise one unknown verdict makes
   * the whole unknown.
   *
   * @param parts at least one verifier, asked in order until a reward is 0
   * @return the conjunction
   * @throws InvalidInputException if there is none
   */
  public static Verifier and(Verifier... parts) {
    return Combination.of(checked("and", parts), new Extreme(true));
  }

  /**
   * Returns a verifier that is content where one part is: the highest reward counts.
   *
   * <p>A reward of 1 ends the matter, whatever the others say; otherwise one unknown verdict makes
   * the whole unknown.
   *
   * @param parts at least one verifier, asked in order until a reward is 1
   * @return the disjunction
   * @throws InvalidInputException if there is none
   */
  public static Verifier or(Verifier... parts) {
    return Combination.of(checked("or", parts), new Extreme(false));
  }

  /**
   * Returns a verifier that is content where another one is not.
   *
   * @param verifier the verifier to contradict
   * @return one minus its reward; unknown where it is
   */
  public static Verifier not(Verifier verifier) {
    Objects.requireNonNull(verifier, "verifier");
    return verifier instanceof BatchVerifier batch
        ? (BatchVerifier)
            attempts -> batch.verifyAll(attempts).stream().map(Verifiers::negated).toList()
        : attempt -> negated(verifier.verify(attempt));
  }

  private static Verdict negated(Verdict verdict) {
    return verdict.known()
        ? Verdict.reward(1 - verdict.reward().orElseThrow(), "not: " + verdict.reason().orElse(""))
            .on(verdict.answer())
        : verdict;
  }

  /**
   * Returns a verifier whose reward is the weighted mean of others'.
   *
   * @param weights verifiers with their weights, at least one, each above 0; asked in the map's
   *     order
   * @return the mean; unknown where one of them is
   * @throws InvalidInputException if there is none or a weight is not above 0
   */
  public static Verifier weighted(Map<Verifier, Double> weights) {
    ImmutableMap<Verifier, Double> ordered = ImmutableMap.copyOf(weights);
    return Combination.of(ordered.keySet(), new WeightedMean(ordered.values().asList()));
  }

  /**
   * Returns a verifier that takes the first known verdict: cheap and strict ones first, costly or
   * lenient ones after them.
   *
   * @param parts at least one verifier, asked in order until a verdict is known
   * @return the first verdict that is known, else the last one
   * @throws InvalidInputException if there is none
   */
  public static Verifier firstDecisive(Verifier... parts) {
    return Combination.of(checked("firstDecisive", parts), new FirstDecisive());
  }

  /**
   * Returns a verifier of a condition.
   *
   * @param condition whether an answer is right
   * @return reward 1 or 0
   */
  public static Verifier predicate(Predicate<Attempt> condition) {
    Objects.requireNonNull(condition, "condition");
    return attempt -> Verdict.of(condition.test(attempt));
  }

  /**
   * Returns a verifier of a condition, whose verdicts say which.
   *
   * @param name what the solution then is or does, for the reason: "is short"
   * @param condition whether an answer is right
   * @return reward 1 or 0
   */
  public static Verifier predicate(String name, Predicate<Attempt> condition) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(condition, "condition");
    return attempt ->
        condition.test(attempt) ? Verdict.correct(name) : Verdict.incorrect("not so: " + name);
  }

  private static List<Verifier> checked(String name, Verifier... parts) {
    if (parts.length == 0) {
      throw new InvalidInputException(
          name + ": expected at least one verifier, found none. Give the verifiers to combine.");
    }
    return List.of(parts);
  }
}
