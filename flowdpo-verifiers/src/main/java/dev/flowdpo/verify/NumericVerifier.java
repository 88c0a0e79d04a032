package dev.flowdpo.verify;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.error.Require;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.verify.math.MathAnswer;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Compares answers as real numbers within a tolerance, for measurements and estimates; formulas
 * such as {@code \frac{2\pi}{3}} count as the numbers they are. {@link MathAnswerVerifier} compares
 * exactly.
 *
 * <pre>{@code
 * Verifier verifier = new NumericVerifier(0, 0.01, AnswerExtractor.marked());
 * }</pre>
 *
 * <p>Unknown where the known answer is no number, or one of them is beyond 1.8e308; incorrect where
 * the solution's is none. Units are passed over. Immutable and thread-safe.
 */
public final class NumericVerifier implements Verifier {
  private final double absolute;
  private final double relative;
  private final AnswerExtractor extractor;

  /**
   * Creates a verifier. An answer is right where it is within one of the tolerances.
   *
   * @param absolute the largest difference, at least 0
   * @param relative the largest difference as a share of the known number, at least 0
   * @param extractor finds the final answers of solutions
   * @throws dev.flowdpo.error.InvalidInputException if a tolerance is below 0 or not finite
   */
  public NumericVerifier(double absolute, double relative, AnswerExtractor extractor) {
    this.absolute = Require.notNegative("absolute", absolute);
    this.relative = Require.notNegative("relative", relative);
    this.extractor = Objects.requireNonNull(extractor, "extractor");
  }

  @Override
  public Verdict verify(Attempt attempt) {
    Optional<ExtractedAnswer> extracted = extractor.extract(attempt.answer());
    OptionalDouble expected = number(attempt.problem().answer().flatMap(BareAnswer::in));
    if (expected.isEmpty()) {
      return Verdict.unknown("the known answer is no number").on(extracted);
    }
    OptionalDouble found = number(extracted);
    if (found.isEmpty()) {
      return Verdict.incorrect("the answer is no number").on(extracted);
    }
    if (!Double.isFinite(expected.getAsDouble()) || !Double.isFinite(found.getAsDouble())) {
      return Verdict.unknown("a number is too large to be compared").on(extracted);
    }
    double difference = Math.abs(expected.getAsDouble() - found.getAsDouble());
    double tolerance = Math.max(absolute, relative * Math.abs(expected.getAsDouble()));
    String reason = "differs by " + difference + ", allowed is " + tolerance;
    return (difference <= tolerance ? Verdict.correct(reason) : Verdict.incorrect(reason))
        .on(extracted);
  }

  private static OptionalDouble number(Optional<ExtractedAnswer> answer) {
    return answer.isEmpty() ? OptionalDouble.empty() : MathAnswer.of(answer.get().text()).number();
  }
}
