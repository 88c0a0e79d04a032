package dev.flowdpo.runtime.training;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Completions of one prompt that an objective looks at together. Immutable.
 *
 * @param completions at least one; of a pair the chosen one comes first
 * @param rewards what the answers that they led to were worth, one a completion
 * @param sampled log π of each when it was sampled; empty where that is not known
 */
public record CompletionGroup(
    List<Completion> completions, List<Double> rewards, List<OptionalDouble> sampled) {

  /** Makes a group of which it is not known how it was sampled. */
  public CompletionGroup(List<Completion> completions, List<Double> rewards) {
    this(completions, rewards, Collections.nCopies(completions.size(), OptionalDouble.empty()));
  }

  /** Copies the lists and checks their sizes. */
  public CompletionGroup {
    completions = ImmutableList.copyOf(completions);
    rewards = ImmutableList.copyOf(rewards);
    sampled = ImmutableList.copyOf(sampled);
    Preconditions.checkArgument(
        !completions.isEmpty()
            && completions.size() == rewards.size()
            && completions.size() == sampled.size(),
        "Expected completions with one reward each, found %s with %s rewards",
        completions.size(),
        rewards.size());
  }

  /** Returns a pair as a group: the chosen completion, the rejected one, and its others. */
  public static CompletionGroup of(PreferencePair pair) {
    int[] prompt = pair.prompt().toArray();
    List<Completion> completions = new ArrayList<>();
    List<Double> rewards = new ArrayList<>();
    List<OptionalDouble> sampled = new ArrayList<>();
    completions.add(new Completion(prompt, pair.chosen().toArray()));
    completions.add(new Completion(prompt, pair.rejected().toArray()));
    rewards.add(pair.chosenReward());
    rewards.add(pair.rejectedReward());
    sampled.add(pair.chosenLogProbability());
    sampled.add(pair.rejectedLogProbability());
    for (RewardedCompletion other : pair.others()) {
      completions.add(new Completion(prompt, other.tokens().toArray()));
      rewards.add(other.reward());
      sampled.add(other.logProbability());
    }
    return new CompletionGroup(completions, rewards, sampled);
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
    return new CompletionGroup(
        completions.subList(0, 1), rewards.subList(0, 1), sampled.subList(0, 1));
  }
}
