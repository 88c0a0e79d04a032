package dev.flowdpo.runtime.training;

import com.google.common.base.Preconditions;
import dev.flowdpo.runtime.data.SupervisedExample;
import java.util.Arrays;

/**
 * A prompt and what follows it, as token ids. Only the completion's tokens are scored. The arrays
 * are not copied.
 *
 * @param prompt at least one token
 * @param completion at least one token
 */
public record Completion(int[] prompt, int[] completion) {
  /** Checks that neither part is empty. */
  public Completion {
    Preconditions.checkArgument(prompt.length > 0, "The prompt of a completion is empty");
    Preconditions.checkArgument(completion.length > 0, "A completion is empty");
  }

  /** Returns the number of tokens that the model reads: the last one is only a target. */
  int inputLength() {
    return prompt.length + completion.length - 1;
  }

  /** Returns the tokens that the model reads. */
  int[] input() {
    int[] tokens = Arrays.copyOf(prompt, inputLength());
    System.arraycopy(completion, 0, tokens, prompt.length, completion.length - 1);
    return tokens;
  }

  /** Returns what there is to learn of an example. */
  public static Completion of(SupervisedExample example) {
    return new Completion(example.prompt().toArray(), example.completion().toArray());
  }
}
