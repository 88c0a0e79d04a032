package dev.flowdpo.preference;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.TokenIds;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Two completions of one prompt, one of them preferred. Immutable and thread-safe.
 *
 * @param role the adapter that learns from it
 * @param prompt ids before the completion; no loss is taken on them
 * @param chosen the preferred completion
 * @param rejected the other completion, of other tokens
 * @param problemId the problem that it came from
 * @param node index of the output node that it came from
 * @param others further completions of the same prompt, which objectives of groups look at too;
 *     mostly none; copied
 * @param rolloutVersion the version of the adapters that wrote the completions, as in {@link
 *     dev.flowdpo.learning.AdapterVersion#number}; empty where it is unknown, as it is where
 *     rollouts have no {@link dev.flowdpo.learning.RolloutOptions#lag}
 */
public record PreferencePair(
    AdapterRole role,
    TokenIds prompt,
    RewardedCompletion chosen,
    RewardedCompletion rejected,
    String problemId,
    int node,
    List<RewardedCompletion> others,
    OptionalLong rolloutVersion) {

  /** Checks the values; completions that are the same are refused. */
  public PreferencePair {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(problemId, "problemId");
    Objects.requireNonNull(rolloutVersion, "rolloutVersion");
    others = List.copyOf(others);
    if (chosen.tokens().equals(rejected.tokens())) {
      throw new InvalidInputException(
          "Pair of problem %s, node %d: expected two different completions, found %s twice"
              .formatted(problemId, node, chosen.tokens()));
    }
  }

  /** Makes a pair of two completions alone, of an unknown version. */
  public PreferencePair(
      AdapterRole role,
      TokenIds prompt,
      RewardedCompletion chosen,
      RewardedCompletion rejected,
      String problemId,
      int node) {
    this(role, prompt, chosen, rejected, problemId, node, List.of(), OptionalLong.empty());
  }

  /** {@return the chosen completion, the rejected one, and the others} */
  public List<RewardedCompletion> completions() {
    return Stream.concat(Stream.of(chosen, rejected), others.stream()).toList();
  }

  /** {@return this pair with further completions of its prompt} */
  public PreferencePair withOthers(List<RewardedCompletion> more) {
    return new PreferencePair(
        role, prompt, chosen, rejected, problemId, node, more, rolloutVersion);
  }

  /** {@return this pair, written by a version of the adapters} */
  public PreferencePair withRolloutVersion(long version) {
    return new PreferencePair(
        role, prompt, chosen, rejected, problemId, node, others, OptionalLong.of(version));
  }
}
