package dev.flowdpo.runtime.training;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.value.LogProbabilities;
import java.util.Collections;
import java.util.List;

/**
 * Completions of one prompt that an objective looks at together. Immutable.
 *
 * @param completions at least one; of a pair the chosen one comes first
 * @param rewards what the answers that they led to were worth, one a completion
 * @param sampled how likely each was when it was sampled
 */
public record CompletionGroup(
    List<Completion> completions, List<Double> rewards, List<LogProbabilities> sampled) {

  /** Makes a group of which it is not known how it was sampled. */
  public CompletionGroup(List<Completion> completions, List<Double> rewards) {
    this(completions, rewards, Collections.nCopies(completions.size(), LogProbabilities.unknown()));
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
    List<RewardedCompletion> all = pair.completions();
    return new CompletionGroup(
        all.stream().map(one -> new Completion(prompt, one.tokens().toArray())).toList(),
        all.stream().map(RewardedCompletion::reward).toList(),
        all.stream().map(RewardedCompletion::sampled).toList());
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
