package dev.flowdpo.runtime.data;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.learning.Trace;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.TokenIds;
import java.util.List;
import java.util.Objects;

/**
 * A question and a solution to learn to write, as in the compile stage of Flow-DPO (arXiv
 * 2410.22304). Immutable and thread-safe.
 *
 * @param problemId the problem that is solved
 * @param history what was said before the question; copied
 * @param question the problem's text
 * @param solution the solution's text
 * @param prompt ids before the solution, at least one; no loss is taken on them
 * @param completion ids of the solution, at least one; the end of the sequence is part of it
 * @param source where the solution comes from, such as {@code flow} or {@code ground-truth}; {@code
 *     ""} where that is not known
 * @param reward what a verifier gave it, from 0 to 1
 */
public record SupervisedExample(
    String problemId,
    List<Message> history,
    String question,
    String solution,
    TokenIds prompt,
    TokenIds completion,
    String source,
    double reward) {

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if the prompt or the completion is empty or the reward is not a
   *     finite number
   */
  public SupervisedExample {
    Objects.requireNonNull(problemId, "problemId");
    history = List.copyOf(history);
    Objects.requireNonNull(question, "question");
    Objects.requireNonNull(solution, "solution");
    Objects.requireNonNull(source, "source");
    if (prompt.isEmpty() || completion.isEmpty()) {
      throw new InvalidInputException(
          "Example of problem %s: expected a prompt and a completion of at least one token, found %d and %d."
              .formatted(problemId, prompt.length(), completion.length()));
    }
    Require.finite("reward of an example", reward);
  }

  /**
   * Returns a trace as an example: the model's own prompt with the question in it, and the trace's
   * ids as they are, closed by the end of the sequence where the model has one; the solution is the
   * text of these ids, to its last newline.
   *
   * @param trace what a model wrote
   * @param tokens of that same model
   * @return the example
   * @throws InvalidInputException if the question is too long for the model
   */
  public static SupervisedExample of(Trace trace, ModelTokens tokens) {
    TokenIds prompt = tokens.question(trace.problem());
    return new SupervisedExample(
        trace.problem().id(),
        trace.problem().history(),
        trace.problem().question(),
        tokens.completionText(prompt, trace.tokens()),
        prompt,
        TraceRow.completion(trace, tokens),
        trace.origin().source(),
        trace.reward());
  }
}
