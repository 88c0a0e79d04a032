package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableSet;
import dev.flowdpo.verify.math.Node.BasedNumber;
import dev.flowdpo.verify.math.Node.Bracket;
import dev.flowdpo.verify.math.Node.Choice;
import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Ratio;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.Node.Words;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the text of an answer: as one of the forms that only answers have, else as a formula. */
final class AnswerReader {
  private static final Pattern TEXT_ONLY =
      Pattern.compile(
          "\\\\(?:text|mbox|textbf|textrm|textit|mathrm|mathbf|hbox)\\s?+\\{([^{}]*+)\\}");
  private static final Pattern CHOICE =
      Pattern.compile(
          "(?:\\\\(?:text|textbf|textrm|mathrm|mathbf)\\s?+\\{\\s*+\\(?([A-J])\\)?[.:]?\\s*+\\}"
              + "|\\(([A-J])\\)|([A-J])[).:](?=\\s))"
              + "(?:[\\s.:~]|\\\\[ ,;:])*+((?:[\\w$\\[{\"]|\\\\(?:text|d?frac|sqrt|\\$|\\())[\\s\\S]*+)");
  private static final Pattern OPTION =
      Pattern.compile(
          "(?i:option|choice|answer)\\s*+:?\\s*+\\(?([A-J])\\)?|\\(([a-dA-D])\\)|([a-d])\\)");
  private static final Pattern TEXT =
      Pattern.compile("\\\\(?:text|mbox|textbf|mathrm)\\s?+\\{([^{}]*+)\\}");
  private static final Pattern BASED =
      Pattern.compile(
          "(-?)\\s*+([0-9A-Z]*+(?:\\.[0-9A-Z]++)?)(?:\\s*+_\\s*+|\\s++(?:in )?base[ _-])"
              + "\\{?\\s?+\\(?(\\d{1,2}|[a-z]{3,9})\\)?\\s?+\\}?");
  private static final Pattern RATIO =
      Pattern.compile("(\\d++(?:\\.\\d++)?)\\s++to\\s++(\\d++(?:\\.\\d++)?)");
  private static final Pattern SENTENCE =
      Pattern.compile("(?s)[^=]*\\b(?:is|are|equals|it's)\\b[\\s:]*+(?=[^a-z]*\\d)(.+)");
  private static final ImmutableSet<String> ALL_REALS =
      ImmutableSet.of("all real numbers", "all reals", "all real number", "real numbers");
  private static final ImmutableSet<String> NOTHING =
      ImmutableSet.of("no solution", "empty set", "no real solution");

  private final Budget budget;
  private boolean ambiguousCommas;
  private boolean words;

  AnswerReader(Budget budget) {
    this.budget = budget;
  }

  /** Returns the answer in the form to compare; text that is no formula as {@link Words}. */
  Node read(String text, Notation notation) {
    budget.spend(20 + text.length()); // for the patterns, which take time linear in the text
    String clean = AnswerText.cleaned(text);
    Matcher textOnly = TEXT_ONLY.matcher(clean);
    if (textOnly.matches()) {
      clean = AnswerText.cleaned(textOnly.group(1));
    }
    Optional<Node> special = special(clean, notation);
    if (special.isPresent()) {
      return special.get();
    }
    Node node = formula(clean, notation);
    return node instanceof Words ? endOfSentence(clean, notation).orElse(node) : node;
  }

  /** Returns the value that a sentence ends with: "The largest of them is 42". */
  private Optional<Node> endOfSentence(String clean, Notation notation) {
    Matcher sentence = SENTENCE.matcher(clean);
    if (!sentence.matches()) {
      return Optional.empty();
    }
    Node value = formula(AnswerText.cleaned(sentence.group(1)), notation);
    return value instanceof Words ? Optional.empty() : Optional.of(value);
  }

  private Node formula(String clean, Notation notation) {
    try {
      Lexer lexer = new Lexer(clean, notation, budget);
      List<Token> tokens = lexer.tokens();
      Node node = Interpretation.of(new Parser(tokens, budget).answer(), budget);
      ambiguousCommas |= lexer.hasAmbiguousCommas();
      words |= lexer.hasWords();
      return node;
    } catch (NotAFormulaException e) {
      return new Words(clean);
    }
  }

  private Optional<Node> special(String clean, Notation notation) {
    String plainText = TEXT.matcher(clean).replaceAll("$1");
    Optional<Node> based = based(BASED.matcher(plainText));
    if (based.isPresent()) {
      return based;
    }
    Matcher ratio = RATIO.matcher(plainText);
    if (ratio.matches()) {
      return Optional.of(
          new Ratio(
              List.of(Numbers.read(ratio.group(1), budget), Numbers.read(ratio.group(2), budget))));
    }
    String flat = clean.replaceAll("\\\\(?:text|mbox|textbf|mathrm)\\s?+|[{}~\\\\]", "").strip();
    Optional<String> time = TimeOfDay.of(flat);
    if (time.isPresent()) {
      return Optional.of(new Words(time.get()));
    }
    Matcher option = OPTION.matcher(flat);
    if (option.matches()) {
      return Optional.of(new Symbol(letter(option).toUpperCase(Locale.ROOT)));
    }
    Matcher choice = CHOICE.matcher(clean);
    if (choice.matches()) {
      return Optional.of(
          new Choice(letter(choice), formula(AnswerText.cleaned(choice.group(4)), notation)));
    }
    String plain = TextForm.of(clean);
    if (Dates.isDate(plain)) {
      return Optional.of(new Words(plain));
    }
    if (ALL_REALS.contains(plain)) {
      return Optional.of(new Symbol("𝔹R"));
    }
    return NOTHING.contains(plain)
        ? Optional.of(new Bracket('{', '}', List.of()))
        : Optional.empty();
  }

  /** Returns the letter, which one of the first three groups holds. */
  private static String letter(Matcher matcher) {
    return Stream.of(1, 2, 3)
        .map(matcher::group)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow();
  }

  private static Optional<Node> based(Matcher matcher) {
    if (!matcher.matches() || matcher.group(2).chars().noneMatch(Character::isDigit)) {
      return Optional.empty();
    }
    String sign = matcher.group(1);
    Optional<Node> base =
        Character.isDigit(matcher.group(3).charAt(0))
            ? Optional.of(Num.of(Long.parseLong(matcher.group(3))))
            : TextForm.number(matcher.group(3));
    return base.map(
        b -> new BasedNumber(sign + matcher.group(2), ((Num) b).value().intValueExact()));
  }

  /** Says whether something read had a comma that may part a number or two numbers. */
  boolean hasAmbiguousCommas() {
    return ambiguousCommas;
  }

  /** Says whether something read had a run of letters taken as a word. */
  boolean hasWords() {
    return words;
  }
}
