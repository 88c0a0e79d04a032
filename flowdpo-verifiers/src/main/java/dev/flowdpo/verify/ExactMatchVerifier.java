package dev.flowdpo.verify;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Compares an answer with the known one as text. Blanks at the ends do not count, nor how many
 * there are between words, nor, on request, case.
 *
 * <pre>{@code
 * Verifier verifier = ExactMatchVerifier.of(AnswerExtractor.marked()).ignoringCase();
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
  public Verdict verify(Attempt attempt) {
    Optional<ExtractedAnswer> extracted = extractor.extract(attempt.answer());
    Optional<String> known = attempt.problem().answer();
    if (known.isEmpty()) {
      return Verdict.unknown("the problem has no known answer").on(extracted);
    }
    if (extracted.isEmpty()) {
      return Verdict.incorrect("the solution has no final answer");
    }
    String expected = BLANKS.matcher(known.get().strip()).replaceAll(" ");
    String found = BLANKS.matcher(extracted.get().text().strip()).replaceAll(" ");
    boolean same = ignoreCase ? expected.equalsIgnoreCase(found) : expected.equals(found);
    return (same ? Verdict.correct("the same text") : Verdict.incorrect("another text"))
        .on(extracted);
  }
}
