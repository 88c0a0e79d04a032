package dev.flowdpo.rollout;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.value.FinishReason;
import java.util.List;
import java.util.Objects;

/**
 * One complete path from the problem to a judged answer. Immutable and thread-safe.
 *
 * @param answer the complete answer
 * @param decisions what was decided after each chunk; {@code decisions.get(i)} judged the prefix
 *     with i + 1 chunks. Before the node where a branch forks they are those of the original path;
 *     at the node of a flipped decision it is the flipped one. Copied
 * @param finishReason why the path ends here
 * @param verdict what the verifier said of the answer
 */
public record Branch(
    PartialAnswer answer,
    List<StopDecision> decisions,
    FinishReason finishReason,
    Verdict verdict) {

  /** Copies the decisions; where there is not one per chunk, they are refused. */
  public Branch {
    Objects.requireNonNull(answer, "answer");
    Objects.requireNonNull(finishReason, "finishReason");
    Objects.requireNonNull(verdict, "verdict");
    decisions = List.copyOf(decisions);
    if (decisions.size() != answer.depth()) {
      throw new InvalidInputException(
          "Branch of problem %s: expected one decision per chunk, found %d decisions for %d chunks."
              .formatted(answer.problem().id(), decisions.size(), answer.depth()));
    }
  }

  /** {@return the text that the verifier saw: the answer's without blanks at the ends} */
  public String text() {
    return answer.text().strip();
  }
}
