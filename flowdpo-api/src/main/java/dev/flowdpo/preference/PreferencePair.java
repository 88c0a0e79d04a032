package dev.flowdpo.preference;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.TokenIds;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Two completions of one prompt, one of them preferred. Immutable and thread-safe.
 *
 * @param role the adapter that learns from it
 * @param prompt ids before the completion; no loss is taken on them
 * @param chosen ids of the preferred completion, at least one
 * @param rejected ids of the other completion, at least one
 * @param problemId the problem that it came from
 * @param node index of the output node that it came from
 * @param chosenReward reward of the answer that the chosen completion led to
 * @param rejectedReward reward of the answer that the rejected completion led to
 * @param chosenLogProbability what {@link dev.flowdpo.policy.Chunk#logProbability} said of the
 *     chosen completion when it was written; empty where it is none, or unknown
 * @param rejectedLogProbability the same of the rejected completion
 * @param others further completions of the same prompt, which objectives of groups look at too;
 *     mostly none; copied
 * @param rolloutVersion the version of the adapters that wrote the completions, as in {@link
 *     dev.flowdpo.learning.AdapterVersion#number}; empty where it is unknown, as it is where
 *     rollouts have no {@link dev.flowdpo.learning.RolloutOptions#lag}
 */
public record PreferencePair(
    AdapterRole role,
    TokenIds prompt,
    TokenIds chosen,
    TokenIds rejected,
    String problemId,
    int node,
    double chosenReward,
    double rejectedReward,
    OptionalDouble chosenLogProbability,
    OptionalDouble rejectedLogProbability,
    List<RewardedCompletion> others,
    OptionalLong rolloutVersion) {

  /** Checks the values; completions that are empty or the same are refused. */
  public PreferencePair {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(problemId, "problemId");
    Objects.requireNonNull(chosenLogProbability, "chosenLogProbability");
    Objects.requireNonNull(rejectedLogProbability, "rejectedLogProbability");
    Objects.requireNonNull(rolloutVersion, "rolloutVersion");
    others = List.copyOf(others);
    if (chosen.isEmpty() || rejected.isEmpty() || chosen.equals(rejected)) {
      throw new InvalidInputException(
          "Pair of problem %s, node %d: expected two different completions of at least one token,"
                  .formatted(problemId, node)
              + " found chosen %s and rejected %s.".formatted(chosen, rejected));
    }
  }

  /** Makes a pair of an unknown version. */
  public PreferencePair(
      AdapterRole role,
      TokenIds prompt,
      TokenIds chosen,
      TokenIds rejected,
      String problemId,
      int node,
      double chosenReward,
      double rejectedReward,
      OptionalDouble chosenLogProbability,
      OptionalDouble rejectedLogProbability,
      List<RewardedCompletion> others) {
    this(
        role,
        prompt,
        chosen,
        rejected,
        problemId,
        node,
        chosenReward,
        rejectedReward,
        chosenLogProbability,
        rejectedLogProbability,
        others,
        OptionalLong.empty());
  }

  /** Makes a pair without others. */
  public PreferencePair(
      AdapterRole role,
      TokenIds prompt,
      TokenIds chosen,
      TokenIds rejected,
      String problemId,
      int node,
      double chosenReward,
      double rejectedReward,
      OptionalDouble chosenLogProbability,
      OptionalDouble rejectedLogProbability) {
    this(
        role,
        prompt,
        chosen,
        rejected,
        problemId,
        node,
        chosenReward,
        rejectedReward,
        chosenLogProbability,
        rejectedLogProbability,
        List.of());
  }

  /** Makes a pair of which no log-probabilities are known. */
  public PreferencePair(
      AdapterRole role,
      TokenIds prompt,
      TokenIds chosen,
      TokenIds rejected,
      String problemId,
      int node,
      double chosenReward,
      double rejectedReward) {
    this(
        role,
        prompt,
        chosen,
        rejected,
        problemId,
        node,
        chosenReward,
        rejectedReward,
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  /** {@return this pair, written by a version of the adapters} */
  public PreferencePair withRolloutVersion(long version) {
    return new PreferencePair(
        role,
        prompt,
        chosen,
        rejected,
        problemId,
        node,
        chosenReward,
        rejectedReward,
        chosenLogProbability,
        rejectedLogProbability,
        others,
        OptionalLong.of(version));
  }
}
