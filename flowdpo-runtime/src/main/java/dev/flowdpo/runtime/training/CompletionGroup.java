package dev.flowdpo.runtime.training;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import dev.flowdpo.preference.PreferencePair;
import java.util.List;

/**
 * Completions of one prompt that an objective looks at together. Immutable.
 *
 * @param completions at least one; of a pair the chosen one comes first
 * @param rewards what the answers that they led to were worth, one a completion
 */
public record CompletionGroup(List<Completion> completions, List<Double> rewards) {

  /** Copies both lists and checks their sizes. */
  public CompletionGroup {
    completions = ImmutableList.copyOf(completions);
    rewards = ImmutableList.copyOf(rewards);
    Preconditions.checkArgument(
        !completions.isEmpty() && completions.size() == rewards.size(),
        "Expected completions with one reward each, found %s with %s rewards",
        completions.size(),
        rewards.size());
  }

  /** Returns a pair as a group: the chosen completion and then the rejected one. */
  public static CompletionGroup of(PreferencePair pair) {
    int[] prompt = pair.prompt().toArray();
    return new CompletionGroup(
        List.of(
            new Completion(prompt, pair.chosen().toArray()),
            new Completion(prompt, pair.rejected().toArray())),
        List.of(pair.chosenReward(), pair.rejectedReward()));
  }

  /** Returns the number of completions. */
  int size() {
    return completions.size();
  }

  /** Returns the number of tokens of all completions, with the prompt once. */
  int tokens() {
    int prompt = completions.get(0).prompt().length;
    return prompt + completions.stream().mapToInt(c -> c.inputLength() - prompt).sum();
  }

  /** Returns the first completion alone: all that some objectives read. */
  CompletionGroup first() {
    return new CompletionGroup(completions.subList(0, 1), rewards.subList(0, 1));
  }
}
