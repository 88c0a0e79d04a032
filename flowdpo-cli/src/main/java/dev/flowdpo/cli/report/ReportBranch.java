package dev.flowdpo.cli.report;

import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.value.FinishReason;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A whole path from the question to a verified answer. Immutable and thread-safe.
 *
 * @param steps its chunks with the decisions after them, first to last; copied
 * @param text the whole answer, as the verifier saw it
 * @param finishReason why it ends
 * @param verdict what the verifier said
 */
public record ReportBranch(
    List<ReportNode.Step> steps, String text, FinishReason finishReason, Outcome verdict) {

  /** Checks that all are there and copies. */
  public ReportBranch {
    steps = List.copyOf(steps);
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(finishReason, "finishReason");
    Objects.requireNonNull(verdict, "verdict");
  }

  /**
   * A verifier's judgement.
   *
   * @param known whether there is one at all
   * @param correct whether the answer is right
   * @param reward how good it is, in [0, 1]
   * @param reason why; {@code ""} where nothing is said
   * @param answer the final answer that was found, and by which mark
   */
  public record Outcome(
      boolean known,
      boolean correct,
      double reward,
      String reason,
      Optional<ExtractedAnswer> answer) {

    /** Checks that all are there. */
    public Outcome {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(answer, "answer");
    }
  }
}
