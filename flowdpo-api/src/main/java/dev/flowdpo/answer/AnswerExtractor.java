package dev.flowdpo.answer;

import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the final answer in the text of a solution by the marks that solutions carry. Text before
 * the final answer never counts.
 *
 * <p>The last of the strong marks decides: {@code ####} with an answer after it, a box, "final
 * answer is". Without one, the last of the weak marks: "answer is", "answer:", a line that begins
 * with "A:". Where the deciding mark has nothing after it, or its box is not closed, the solution
 * was cut off and has no answer. Without any mark there is none either, unless the last number is
 * asked for.
 *
 * <p>Takes time linear in the text. Immutable and thread-safe.
 */
public final class AnswerExtractor {
  private static final AnswerExtractor MARKED = new AnswerExtractor(Scope.MARKED);
  private static final AnswerExtractor BOXED = new AnswerExtractor(Scope.BOXED);
  private static final AnswerExtractor WHOLE = new AnswerExtractor(Scope.WHOLE_TEXT);
  private static final Pattern HASH = Pattern.compile("####(?!#)[ \\t]*+([^\\r\\n]*+)");
  private static final Pattern VALUE_START = Pattern.compile("[-+−$€£(\\[{\\\\.|<>=\\d].*+");
  private static final Pattern VALUE = Pattern.compile("[\\d\\\\$]");
  private static final Pattern FINAL =
      Pattern.compile(
          "\\bfinal answer\\b[*\\s]{0,9}+(?:(?:is|=)(?!\\w)|:)[*:\\s]{0,9}+",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern WEAK =
      Pattern.compile(
          "\\banswer\\b[*\\s]{0,9}+(?:(?:is|=)(?!\\w)|:)[*:\\s]{0,9}+|^[ \\t]*+A:[*\\s]{0,9}+",
          Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
  // A minus right after a digit, a letter or a bracket is an operator and no sign.
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<![\\w)\\]])-?(?:\\d{1,3}(?:,\\d{3})++(?!\\d)|\\d++)(?:\\.\\d++)?(?:/\\d++)?");

  private final Scope scope;

  private AnswerExtractor(Scope scope) {
    this.scope = scope;
  }

  private enum Scope {
    MARKED,
    BOXED,
    OR_LAST_NUMBER,
    WHOLE_TEXT
  }

  /** {@return the extractor that trusts marks only, the default} */
  public static AnswerExtractor marked() {
    return MARKED;
  }

  /**
   * {@return the extractor of the last box alone, whatever the text around it says: the convention
   * of the solutions of MATH (Hendrycks et al., arXiv 2103.03874)}
   */
  public static AnswerExtractor boxed() {
    return BOXED;
  }

  /** {@return the extractor of the whole text, for verifiers of all that a solution says} */
  public static AnswerExtractor wholeText() {
    return WHOLE;
  }

  /** {@return an extractor that takes the last number of a solution without any mark} */
  public AnswerExtractor orLastNumber() {
    return new AnswerExtractor(Scope.OR_LAST_NUMBER);
  }

  /**
   * {@return the final answer of a solution with the rule that found it; empty where there is none}
   */
  public Optional<ExtractedAnswer> extract(String text) {
    if (scope == Scope.WHOLE_TEXT) {
      return new Mark(text.strip(), AnswerRule.WHOLE_TEXT).answer();
    }
    if (scope == Scope.BOXED) {
      return Boxes.lastAlone(text).flatMap(box -> new Mark(box, AnswerRule.BOX).answer());
    }
    Optional<Mark> marked = strong(text).or(() -> weak(text));
    if (marked.isPresent()) {
      return marked.get().answer();
    }
    return scope == Scope.OR_LAST_NUMBER ? lastNumber(text) : Optional.empty();
  }

  /** What stands at a mark; nothing where the solution was cut off there. */
  private record Mark(String text, AnswerRule rule) {
    private Optional<ExtractedAnswer> answer() {
      return text.isEmpty() ? Optional.empty() : Optional.of(new ExtractedAnswer(text, rule));
    }
  }

  private static Optional<Mark> strong(String text) {
    Optional<MatchResult> hash = lastHash(text);
    Optional<Boxes.Found> box = Boxes.last(text);
    int phrase = lastEnd(FINAL, text);
    if (box.isPresent() && phrase > 0 && !VALUE.matcher(sentence(text, phrase)).find()) {
      phrase = -1; // "The final answer is positive, because …" says no value
    }
    int hashAt = hash.map(MatchResult::start).orElse(-1);
    int boxAt = box.map(Boxes.Found::start).orElse(-1);
    if (hashAt < 0 && boxAt < 0 && phrase < 0) {
      return Optional.empty();
    }
    if (boxAt > Math.max(hashAt, phrase - 1)) {
      return Optional.of(new Mark(box.orElseThrow().content(), AnswerRule.BOX));
    }
    return Optional.of(
        hashAt > phrase
            ? new Mark(hash.orElseThrow().group(1).strip(), AnswerRule.HASH_MARK)
            : new Mark(sentence(text, phrase), AnswerRule.FINAL_ANSWER));
  }

  private static String sentence(String text, int from) {
    return AnswerSentence.first(text.substring(from));
  }

  /** A line of Markdown may begin with the mark too: a heading is no answer. */
  private static Optional<MatchResult> lastHash(String text) {
    Matcher matcher = HASH.matcher(text);
    int contentEnd = text.stripTrailing().length();
    Optional<MatchResult> last = Optional.empty();
    while (matcher.find()) {
      String line = matcher.group(1).strip();
      boolean ends = matcher.end() >= contentEnd;
      if (VALUE_START.matcher(line).matches() || (ends && !line.endsWith(":"))) {
        last = Optional.of(matcher.toMatchResult());
      }
    }
    return last;
  }

  private static Optional<Mark> weak(String text) {
    int phrase = lastEnd(WEAK, text);
    return phrase < 0
        ? Optional.empty()
        : Optional.of(
            new Mark(AnswerSentence.first(text.substring(phrase)), AnswerRule.ANSWER_PHRASE));
  }

  private static int lastEnd(Pattern pattern, String text) {
    int end = -1;
    for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
      end = matcher.end();
    }
    return end;
  }

  private static Optional<ExtractedAnswer> lastNumber(String text) {
    Optional<ExtractedAnswer> last = Optional.empty();
    for (Matcher matcher = NUMBER.matcher(text); matcher.find(); ) {
      last = Optional.of(new ExtractedAnswer(matcher.group(), AnswerRule.LAST_NUMBER));
    }
    return last;
  }
}
