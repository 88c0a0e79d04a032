package dev.flowdpo.value;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What a flow wrote for a problem. Equal by content. Immutable and thread-safe. */
public final class Solution {
  private final Problem problem;
  private final String text;
  private final Optional<String> finalAnswer;
  private final List<SolutionChunk> chunks;
  private final FinishReason finishReason;
  private final Usage usage;

  private Solution(Builder builder) {
    problem = builder.problem;
    chunks = List.copyOf(builder.chunks);
    text = builder.text;
    finalAnswer = builder.finalAnswer;
    finishReason = builder.finishReason;
    usage = builder.usage;
  }

  /** {@return a builder of a solution with this whole text, without chunks and final answer} */
  public static Builder builder(
      Problem problem, String text, FinishReason finishReason, Usage usage) {
    return new Builder(problem, text, finishReason, usage);
  }

  /** {@return the problem} */
  public Problem problem() {
    return problem;
  }

  /** {@return the whole solution: the chunks' texts in a row, without blanks at the ends} */
  public String text() {
    return text;
  }

  /** {@return the answer that stands in the text; empty where there is none} */
  public Optional<String> finalAnswer() {
    return finalAnswer;
  }

  /** {@return the chunks, first to last} */
  public List<SolutionChunk> chunks() {
    return chunks;
  }

  /** {@return why the solution ends here} */
  public FinishReason finishReason() {
    return finishReason;
  }

  /** {@return what it cost} */
  public Usage usage() {
    return usage;
  }

  /**
   * {@return whether the solution was cut off: it ends for another reason than that the judge
   * stopped it, and not with the end of sequence}
   */
  public boolean truncated() {
    return finishReason != FinishReason.STOPPED
        && (chunks.isEmpty() || !chunks.get(chunks.size() - 1).endOfSequence());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Solution that
        && problem.equals(that.problem)
        && text.equals(that.text)
        && finalAnswer.equals(that.finalAnswer)
        && chunks.equals(that.chunks)
        && finishReason == that.finishReason
        && usage.equals(that.usage);
  }

  @Override
  public int hashCode() {
    return Objects.hash(problem, text, chunks);
  }

  /** {@return all parts, for logs} */
  @Override
  public String toString() {
    return "Solution[problem=%s, text=%s, finalAnswer=%s, chunks=%s, finishReason=%s, usage=%s]"
        .formatted(problem, text, finalAnswer, chunks, finishReason, usage);
  }

  /** Collects the parts of a solution. Every setter returns this builder. Not thread-safe. */
  public static final class Builder {
    private final Problem problem;
    private final String text;
    private final FinishReason finishReason;
    private final Usage usage;
    private List<SolutionChunk> chunks = List.of();
    private Optional<String> finalAnswer = Optional.empty();

    private Builder(Problem problem, String text, FinishReason finishReason, Usage usage) {
      this.problem = Objects.requireNonNull(problem, "problem");
      this.text = Objects.requireNonNull(text, "text");
      this.finishReason = Objects.requireNonNull(finishReason, "finishReason");
      this.usage = Objects.requireNonNull(usage, "usage");
    }

    /** Sets the chunks, first to last. */
    public Builder chunks(List<SolutionChunk> chunks) {
      this.chunks = List.copyOf(chunks);
      return this;
    }

    /** Sets the answer that stands in the text, by default none. */
    public Builder finalAnswer(Optional<String> finalAnswer) {
      this.finalAnswer = Objects.requireNonNull(finalAnswer, "finalAnswer");
      return this;
    }

    /** {@return the solution} */
    public Solution build() {
      return new Solution(this);
    }
  }
}
