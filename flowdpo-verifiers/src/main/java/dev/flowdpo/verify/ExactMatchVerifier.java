package dev.flowdpo.verify;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Compares an answer with the known one as text. Blanks at the ends do not count, nor how many
 * there are between words, nor, on request, case.
 *
 * <pre>{@code
 * Verifier verifier = ExactMatchVerifier.of(AnswerExtractor.marked()).ignoringCase();
 * RolloutRequest request = new RolloutRequest(
 *     List.of(Problem.of("What is the capital of France?", "Paris")),
 *     policy, judge, verifier, FlowOptions.paper(), 1, 42);
 * }</pre>
 *
 * <p>Unknown where the problem has no known answer. Immutable and thread-safe.
 */
public final class ExactMatchVerifier implements Verifier {
  private static final Pattern BLANKS = Pattern.compile("\\s++");

  private final AnswerExtractor extractor;
  private final boolean ignoreCase;

  private ExactMatchVerifier(AnswerExtractor extractor, boolean ignoreCase) {
    this.extractor = Objects.requireNonNull(extractor, "extractor");
    this.ignoreCase = ignoreCase;
  }

  /**
   * Returns a verifier that minds case.
   *
   * @param extractor takes from a solution what is to be compared, perhaps all of it
   * @return the verifier
   */
  public static ExactMatchVerifier of(AnswerExtractor extractor) {
    return new ExactMatchVerifier(extractor, false);
  }

  /**
   * Returns a verifier that does not mind case.
   *
   * @return this one, more lenient
   */
  public ExactMatchVerifier ignoringCase() {
    return new ExactMatchVerifier(extractor, true);
  }

  @Override
  public Verdict verify(Problem problem, String answer) {
    ExtractedAnswer extracted = extractor.extract(answer);
    if (problem.answer().isBlank()) {
      return Verdict.unknown("the problem has no known answer").on(extracted);
    }
    String expected = BLANKS.matcher(problem.answer().strip()).replaceAll(" ");
    String found = BLANKS.matcher(extracted.text().strip()).replaceAll(" ");
    boolean same = ignoreCase ? expected.equalsIgnoreCase(found) : expected.equals(found);
    return (same ? Verdict.correct("the same text") : Verdict.incorrect(difference(extracted)))
        .on(extracted);
  }

  private static String difference(ExtractedAnswer extracted) {
    return extracted.isPresent() ? "another text" : "the solution has no final answer";
  }
}
