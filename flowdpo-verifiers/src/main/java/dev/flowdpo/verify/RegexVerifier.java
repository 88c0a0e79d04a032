package dev.flowdpo.verify;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.error.Require;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Looks for a regular expression in an answer; without an answer nothing matches. The search is
 * bounded in time, so that a pattern that backtracks without end costs one unknown verdict.
 *
 * <pre>{@code
 * Verifier verifier = new RegexVerifier(
 *     Pattern.compile("\\bQ\\.?E\\.?D\\b"), AnswerExtractor.wholeText());
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class RegexVerifier implements Verifier {
  private final Pattern pattern;
  private final AnswerExtractor extractor;
  private final Duration timeLimit;

  /**
   * Creates a verifier whose searches may take a second.
   *
   * @param pattern what is to be found; begin it with {@code \A} and end it with {@code \z} to
   *     match everything
   * @param extractor takes from a solution what is to be searched, perhaps all of it
   */
  public RegexVerifier(Pattern pattern, AnswerExtractor extractor) {
    this(pattern, extractor, Duration.ofSeconds(1));
  }

  /**
   * Creates a verifier.
   *
   * @param pattern what is to be found
   * @param extractor takes from a solution what is to be searched, perhaps all of it
   * @param timeLimit the longest that one search may take
   * @throws dev.flowdpo.error.InvalidInputException if the time limit is not longer than zero
   */
  public RegexVerifier(Pattern pattern, AnswerExtractor extractor, Duration timeLimit) {
    this.pattern = Objects.requireNonNull(pattern, "pattern");
    this.extractor = Objects.requireNonNull(extractor, "extractor");
    this.timeLimit = Require.positive("timeLimit", timeLimit);
  }

  @Override
  public Verdict verify(Attempt attempt) {
    Optional<ExtractedAnswer> extracted = extractor.extract(attempt.answer());
    if (extracted.isEmpty()) {
      return Verdict.incorrect("the solution has no answer to search").on(extracted);
    }
    try {
      boolean found = pattern.matcher(new TimedText(extracted.get().text(), timeLimit)).find();
      return (found
              ? Verdict.correct("matches " + pattern)
              : Verdict.incorrect("does not match " + pattern))
          .on(extracted);
    } catch (TimedText.OutOfTimeException e) {
      return Verdict.unknown("searching for " + pattern + " took longer than " + timeLimit)
          .on(extracted);
    } catch (StackOverflowError e) {
      return Verdict.unknown("searching for " + pattern + " nested too deeply").on(extracted);
    }
  }
}
