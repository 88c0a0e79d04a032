package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableSet;
import dev.flowdpo.verify.math.Node.BasedNumber;
import dev.flowdpo.verify.math.Node.Bracket;
import dev.flowdpo.verify.math.Node.Choice;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.Node.Words;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
      Pattern.compile("(?i:option|choice|answer)\\s*+:?\\s*+\\(?([A-J])\\)?");
  private static final Pattern TIME =
      Pattern.compile("(\\d{1,2})(?::(\\d{2}))?\\s*+([aApP])\\.?\\s?+[mM]\\.?");
  private static final Pattern BASED =
      Pattern.compile("(-?)\\s*+([0-9A-Z]*+(?:\\.[0-9A-Z]++)?)_\\{?\\s?+(\\d{1,2})\\s?+\\}?");
  private static final ImmutableSet<String> ALL_REALS =
      ImmutableSet.of("all real numbers", "all reals", "all real number", "real numbers");
  private static final ImmutableSet<String> NOTHING =
      ImmutableSet.of("no solution", "empty set", "no real solution");

  private boolean ambiguousCommas;
  private boolean words;

  /** Returns the answer in the form to compare; text that is no formula as {@link Words}. */
  Node read(String text, Notation notation) {
    String clean = AnswerText.cleaned(text);
    Matcher textOnly = TEXT_ONLY.matcher(clean);
    if (textOnly.matches()) {
      clean = AnswerText.cleaned(textOnly.group(1));
    }
    Optional<Node> special = special(clean, notation);
    return special.isPresent() ? special.get() : formula(clean, notation);
  }

  private Node formula(String clean, Notation notation) {
    try {
      Lexer lexer = new Lexer(clean, notation);
      List<Token> tokens = lexer.tokens();
      Node node = Interpretation.of(new Parser(tokens).answer());
      ambiguousCommas |= lexer.hasAmbiguousCommas();
      words |= lexer.hasWords();
      return node;
    } catch (NotAFormulaException e) {
      return new Words(clean);
    }
  }

  private Optional<Node> special(String clean, Notation notation) {
    Matcher based = BASED.matcher(clean);
    if (based.matches() && based.group(2).chars().anyMatch(Character::isDigit)) {
      Node number = new BasedNumber(based.group(2), Integer.parseInt(based.group(3)));
      return Optional.of(based.group(1).isEmpty() ? number : negated(based));
    }
    String flat = clean.replaceAll("\\\\(?:text|mbox|textbf|mathrm)\\s?+|[{}~\\\\]", "").strip();
    Matcher time = TIME.matcher(flat);
    if (flat.length() < 16 && time.matches()) {
      String minutes = time.group(2) == null ? "00" : time.group(2);
      String half = time.group(3).toLowerCase(Locale.ROOT) + "m";
      return Optional.of(new Words(time.group(1) + " " + minutes + " " + half));
    }
    Matcher option = OPTION.matcher(flat);
    if (option.matches()) {
      return Optional.of(new Symbol(option.group(1)));
    }
    Matcher choice = CHOICE.matcher(clean);
    if (choice.matches()) {
      String letter =
          choice.group(1) != null
              ? choice.group(1)
              : choice.group(2) != null ? choice.group(2) : choice.group(3);
      return Optional.of(
          new Choice(letter, formula(AnswerText.cleaned(choice.group(4)), notation)));
    }
    String plain = TextForm.of(clean);
    if (ALL_REALS.contains(plain)) {
      return Optional.of(new Symbol("𝔹R"));
    }
    return NOTHING.contains(plain)
        ? Optional.of(new Bracket('{', '}', List.of()))
        : Optional.empty();
  }

  private static Node negated(Matcher based) {
    return new BasedNumber("-" + based.group(2), Integer.parseInt(based.group(3)));
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
