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
 * <p>Thread-safe; never throws, and ends within seconds on any text.
 */
public final class MathAnswerVerifier implements Verifier {
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
    return judge(attempt.problem().answer(), extractor.extract(attempt.answer()));
  }

  /**
   * Compares two answers that stand alone, with no solution around them, or little.
   *
   * @param gold the known answer
   * @param answer the answer to judge
   * @return the verdict
   */
  public static Verdict compareAnswers(String gold, String answer) {
    return judge(Optional.of(gold), BareAnswer.in(answer));
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
