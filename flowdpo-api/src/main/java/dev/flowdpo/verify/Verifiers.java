package dev.flowdpo.verify;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.InvalidInputException;
import dev.flowdpo.Problem;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;

/**
 * Makes verifiers of functions and of other verifiers. What is made here is as thread-safe as what
 * it is made of, asks its parts in order, and passes on what they throw; {@link
 * dev.flowdpo.rollout.VerifierGuard} bounds any of it.
 *
 * <pre>{@code
 * // Right, and short: the answer counts for three quarters of the reward.
 * Verifier verifier = Verifiers.weighted(Map.of(
 *     new MathAnswerVerifier(), 3.0,
 *     Verifiers.predicate((problem, answer) -> answer.length() < 2_000), 1.0));
 * RolloutRequest request = new RolloutRequest(
 *     problems, policy, judge, verifier, FlowOptions.paper(), 1, 42);
 * }</pre>
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
    return new Extreme(checked("and", parts), true);
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
    return new Extreme(checked("or", parts), false);
  }

  /**
   * Returns a verifier that is content where another one is not.
   *
   * @param verifier the verifier to contradict
   * @return one minus its reward; unknown where it is
   */
  public static Verifier not(Verifier verifier) {
    Objects.requireNonNull(verifier, "verifier");
    return (problem, answer) -> {
      Verdict verdict = verifier.verify(problem, answer);
      return verdict.known()
          ? new Verdict(
              true, 1 - verdict.reward(), "not: " + verdict.reason(), verdict.answer(), false)
          : verdict;
    };
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
    return new WeightedMean(ImmutableMap.copyOf(weights));
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
    List<Verifier> verifiers = checked("firstDecisive", parts);
    return (problem, answer) -> {
      Verdict verdict = Verdict.unknown("");
      for (Verifier verifier : verifiers) {
        verdict = verifier.verify(problem, answer);
        if (verdict.known()) {
          return verdict;
        }
      }
      return verdict;
    };
  }

  /**
   * Returns a verifier of a condition.
   *
   * @param condition whether the whole text of a solution is right
   * @return reward 1 or 0
   */
  public static Verifier predicate(BiPredicate<Problem, String> condition) {
    Objects.requireNonNull(condition, "condition");
    return (problem, answer) -> Verdict.of(condition.test(problem, answer));
  }

  private static List<Verifier> checked(String name, Verifier... parts) {
    if (parts.length == 0) {
      throw new InvalidInputException(
          name + ": expected at least one verifier, found none. Give the verifiers to combine.");
    }
    return List.of(parts);
  }
}
