package dev.flowdpo.rollout;

import dev.flowdpo.answer.FinalAnswer;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An answer to a problem, with everything that its judgement may need. Equal by content. Immutable
 * and thread-safe.
 */
public final class Attempt {
  private final Problem problem;
  private final String answer;
  private final List<Chunk> chunks;
  private final Optional<FinishReason> finishReason;

  private Attempt(
      Problem problem, String answer, List<Chunk> chunks, Optional<FinishReason> finishReason) {
    this.problem = Objects.requireNonNull(problem, "problem");
    this.answer = Objects.requireNonNull(answer, "answer");
    this.chunks = List.copyOf(chunks);
    this.finishReason = finishReason;
  }

  /** {@return an answer of which only the text is known, that of the whole solution} */
  public static Attempt of(Problem problem, String answer) {
    return new Attempt(problem, answer, List.of(), Optional.empty());
  }

  /**
   * Returns an answer that came about in some other way.
   *
   * @param problem the problem
   * @param answer the whole text of the solution
   * @param chunks its chunks, first to last; copied
   * @param finishReason why it ends where it does, if that is known
   */
  public static Attempt of(
      Problem problem, String answer, List<Chunk> chunks, Optional<FinishReason> finishReason) {
    return new Attempt(problem, answer, chunks, finishReason);
  }

  /**
   * {@return a complete answer of a flow or a rollout; its text is taken without blanks at the
   * ends}
   */
  public static Attempt of(PartialAnswer answer, FinishReason finishReason) {
    return new Attempt(
        answer.problem(), answer.text().strip(), answer.chunks(), Optional.of(finishReason));
  }

  /** {@return what a flow wrote, as an answer to be judged} */
  public static Attempt of(Solution solution) {
    List<Chunk> chunks = solution.chunks().stream().map(chunk -> Chunk.of(chunk)).toList();
    return new Attempt(
        solution.problem(), solution.text(), chunks, Optional.of(solution.finishReason()));
  }

  /** {@return the problem, with its known answer where there is one} */
  public Problem problem() {
    return problem;
  }

  /** {@return the whole text of the solution} */
  public String answer() {
    return answer;
  }

  /** {@return the final answer that stands in the text; empty where there is none} */
  public Optional<String> finalAnswer() {
    return FinalAnswer.extract(answer);
  }

  /** {@return the chunks, first to last; empty where only the text is known} */
  public List<Chunk> chunks() {
    return chunks;
  }

  /** {@return why the answer ends where it does; empty where only the text is known} */
  public Optional<FinishReason> finishReason() {
    return finishReason;
  }

  /**
   * {@return whether the answer is known to be cut off: it ends for another reason than that the
   * judge stopped it, and not with the end of sequence}
   */
  public boolean truncated() {
    return finishReason.filter(reason -> reason != FinishReason.STOPPED).isPresent()
        && (chunks.isEmpty() || !chunks.get(chunks.size() - 1).endOfSequence());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Attempt that
        && problem.equals(that.problem)
        && answer.equals(that.answer)
        && chunks.equals(that.chunks)
        && finishReason.equals(that.finishReason);
  }

  @Override
  public int hashCode() {
    return Objects.hash(problem, answer, chunks, finishReason);
  }

  /** {@return problem, answer and finish reason, for logs} */
  @Override
  public String toString() {
    return "Attempt[problem=%s, answer=%s, finishReason=%s]"
        .formatted(problem, answer, finishReason);
  }
}
