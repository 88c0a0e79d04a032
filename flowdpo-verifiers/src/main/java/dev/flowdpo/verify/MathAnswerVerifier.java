package dev.flowdpo.verify;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.verify.math.Comparison;
import dev.flowdpo.verify.math.MathAnswer;
import java.util.Objects;
import java.util.Optional;

/**
 * Compares the final answer of a solution with the known answer of its problem as mathematical
 * values; see {@link MathAnswer} for what is understood and when values are equal.
 *
 * <p>A solution without a final answer, one that was cut off for example, is incorrect. A problem
 * without a known answer, and values out of reach, give an unknown verdict. The verdict carries the
 * answer that was found and the rule that found it.
 *
 * <pre>{@code
 * List<RolloutTree> trees = RolloutSampler.tree().sample(request);
 * }</pre>
 *
 * <p>Thread-safe; never throws, and ends within a fraction of a second on any text, since work is
 * counted and bounded. A text of more than {@value #MAX_LENGTH} characters, where no mark would be
 * looked for, gives an unknown verdict.
 */
public final class MathAnswerVerifier implements Verifier {
  /** Longer solutions, far beyond what models write, are not read. */
  public static final int MAX_LENGTH = 500_000;

  private final AnswerExtractor extractor;

  /** Creates a verifier that trusts answers with a mark only. */
  public MathAnswerVerifier() {
    this(AnswerExtractor.marked());
  }

  /**
   * Creates a verifier.
   *
   * @param extractor finds the final answers of solutions
   */
  public MathAnswerVerifier(AnswerExtractor extractor) {
    this.extractor = Objects.requireNonNull(extractor, "extractor");
  }

  @Override
  public Verdict verify(Attempt attempt) {
    Optional<String> gold = attempt.problem().answer();
    return tooLong(gold.orElse(""), attempt.answer())
        .orElseGet(() -> judge(gold, extractor.extract(attempt.answer())));
  }

  /**
   * Compares two answers that stand alone, with no solution around them, or little.
   *
   * @param gold the known answer
   * @param answer the answer to judge
   * @return the verdict
   */
  public static Verdict compareAnswers(String gold, String answer) {
    return tooLong(gold, answer).orElseGet(() -> judge(Optional.of(gold), BareAnswer.in(answer)));
  }

  private static Optional<Verdict> tooLong(String gold, String answer) {
    int length = Math.max(gold.length(), answer.length());
    return length <= MAX_LENGTH
        ? Optional.empty()
        : Optional.of(
            Verdict.unknown("a text of " + length + " characters; read are at most " + MAX_LENGTH));
  }

  private static Verdict judge(Optional<String> gold, Optional<ExtractedAnswer> answer) {
    Optional<ExtractedAnswer> known = gold.flatMap(BareAnswer::in);
    if (known.isEmpty()) {
      return Verdict.unknown("the problem has no known answer").on(answer);
    }
    if (answer.isEmpty()) {
      return Verdict.incorrect("the solution has no final answer").on(answer);
    }
    Comparison comparison =
        MathAnswer.of(known.get().text()).compare(MathAnswer.of(answer.get().text()));
    Verdict verdict =
        switch (comparison.outcome()) {
          case EQUAL -> Verdict.correct(comparison.reason());
          case DIFFERENT -> Verdict.incorrect(comparison.reason());
          case UNKNOWN -> Verdict.unknown(comparison.reason());
        };
    return verdict.on(answer);
  }
}
