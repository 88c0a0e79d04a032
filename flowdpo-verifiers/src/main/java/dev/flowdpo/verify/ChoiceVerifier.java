package dev.flowdpo.verify;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.verify.math.MathAnswer;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges multiple choice: the known answer is a letter, A to Z, and the solution's final answer
 * names one, as {@code B}, {@code (B)}, {@code B. 12}, {@code \text{(B)}} or "option B". An answer
 * without a letter counts for the choice whose text it equals, where the problem's attributes hold
 * the texts under the letters.
 *
 * <pre>{@code
 * Problem problem = Problem.builder("Which is prime? (A) 4 (B) 5 (C) 6").answer("B")
 *     .attributes(Map.of("A", "4", "B", "5", "C", "6")).build();
 * }</pre>
 *
 * <p>Unknown where the known answer names no letter. Immutable and thread-safe.
 */
public final class ChoiceVerifier implements Verifier {
  private static final Pattern LETTER =
      Pattern.compile(
          "(?:(?:the\\s)?(?:correct\\s)?(?:option|choice|answer)(?:\\sis)?:?\\s)?"
              + "\\(?([A-Za-z])(?:\\)|[.:](?=\\s|$)|(?=\\s*+$))[\\s\\S]*+",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern DRESS =
      Pattern.compile("\\\\(?:text(?:bf|rm|it)?|mathrm|mathbf|mbox)(?![a-zA-Z])|[{}$*]|\\\\[ ,]");

  private final AnswerExtractor extractor;

  /**
   * Creates a verifier.
   *
   * @param extractor finds the final answers of solutions
   */
  public ChoiceVerifier(AnswerExtractor extractor) {
    this.extractor = Objects.requireNonNull(extractor, "extractor");
  }

  @Override
  public Verdict verify(Attempt attempt) {
    Optional<ExtractedAnswer> extracted = extractor.extract(attempt.answer());
    Optional<String> expected = attempt.problem().answer().flatMap(ChoiceVerifier::letter);
    if (expected.isEmpty()) {
      return Verdict.unknown("the known answer is no letter").on(extracted);
    }
    String text = extracted.map(ExtractedAnswer::text).orElse("");
    Optional<String> found = letter(text).or(() -> byText(attempt.problem().attributes(), text));
    if (found.isEmpty()) {
      return Verdict.incorrect("the answer names no choice").on(extracted);
    }
    return (found.equals(expected)
            ? Verdict.correct("chose " + found.get())
            : Verdict.incorrect("chose " + found.get()))
        .on(extracted);
  }

  private static Optional<String> letter(String answer) {
    String plain = DRESS.matcher(answer).replaceAll(" ").strip();
    if (plain.length() > MathAnswer.MAX_LENGTH) {
      return Optional.empty();
    }
    Matcher matcher = LETTER.matcher(plain);
    return matcher.matches()
        ? Optional.of(matcher.group(1).toUpperCase(Locale.ROOT))
        : Optional.empty();
  }

  private static Optional<String> byText(Map<String, String> attributes, String answer) {
    MathAnswer own = MathAnswer.of(answer);
    return attributes.entrySet().stream()
        .filter(entry -> entry.getKey().matches("[A-Z]"))
        .filter(entry -> own.compare(MathAnswer.of(entry.getValue())).isEqual())
        .map(Map.Entry::getKey)
        .sorted()
        .findFirst();
  }
}
