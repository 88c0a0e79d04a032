package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.flowdpo.verify.math.Token.Kind;
import java.util.Locale;
import java.util.Optional;

/** What runs of plain letters mean in a formula. */
final class Vocabulary {
  private static final ImmutableMap<String, String> SIGNS =
      ImmutableMap.<String, String>builder()
          .put("and", "and")
          .put("or", "or")
          .put("percent", "%")
          .put("percentage", "%")
          .put("pct", "%")
          .put("degrees", "°")
          .put("degree", "°")
          .put("deg", "°")
          .put("union", "∪")
          .put("dollars", "$")
          .put("dollar", "$")
          .put("usd", "$")
          .put("euros", "€")
          .put("euro", "€")
          .build();

  private static final ImmutableMap<String, String> NAMES =
      ImmutableMap.of("infinity", "infty", "inf", "infty", "oo", "infty");
  private static final ImmutableSet<String> LETTERS =
      ImmutableSet.of("pi", "theta", "alpha", "beta", "lambda");
  private static final ImmutableSet<String> COMMANDS = ImmutableSet.of("sqrt", "cbrt", "root");
  private static final ImmutableSet<String> ABUTTING =
      ImmutableSet.of(
          "arcsin", "arccos", "arctan", "sin", "cos", "tan", "cot", "sec", "csc", "log", "ln");
  private static final String VOWELS = "aeiouAEIOU";

  private Vocabulary() {}

  /** Returns the token of a run that means one thing as a whole. */
  static Optional<Token> token(String run, Optional<Token> before) {
    String lower = run.toLowerCase(Locale.ROOT);
    if (SIGNS.containsKey(lower)) {
      return Optional.of(Token.sign(SIGNS.get(lower)));
    }
    if (NAMES.containsKey(run) || LETTERS.contains(run)) {
      return Optional.of(new Token(Kind.NAME, NAMES.getOrDefault(run, run), false));
    }
    boolean points = run.equals("NO") && before.filter(t -> t.isSign("{")).isPresent();
    if ((lower.equals("no") && !points) || lower.equals("yes")) {
      return Optional.of(new Token(Kind.WORD, lower, false));
    }
    if (COMMANDS.contains(lower)) {
      return Optional.of(new Token(Kind.COMMAND, lower, false));
    }
    boolean afterValue = before.filter(Vocabulary::endsValue).isPresent();
    if (run.length() > 1 && afterValue && Unit.isKnown(run)) {
      return Optional.of(new Token(Kind.TEXT, run, false));
    }
    if (run.equals("in") && before.filter(t -> t.is(Kind.NAME)).isPresent()) {
      return Optional.of(Token.sign("∈"));
    }
    return run.length() > 1
        ? Functions.named(run).or(() -> Functions.named(lower)).map(Vocabulary::command)
        : Optional.empty();
  }

  private static Token command(String name) {
    return new Token(Kind.COMMAND, name, false);
  }

  private static boolean endsValue(Token token) {
    return token.is(Kind.NUMBER) || token.isSign(")") || token.isSign("}") || token.isSign("/");
  }

  /** Returns the length of the function's name that a run like "sinx" begins with, or 0. */
  static int functionBefore(String run) {
    for (String name : ABUTTING) {
      if (run.startsWith(name) && run.length() <= name.length() + 2) {
        return name.length();
      }
    }
    return 0;
  }

  /**
   * Says whether a run of letters is rather a word than a product: three letters or more, with a
   * vowel, and not in the order of the alphabet, as names of points and coefficients are.
   */
  static boolean looksLikeWord(String run) {
    if (run.length() < 3) {
      return false;
    }
    boolean vowel = false;
    boolean ascending = true;
    for (int i = 0; i < run.length(); i++) {
      vowel |= VOWELS.indexOf(run.charAt(i)) >= 0 || run.charAt(i) >= 0x80;
      ascending &= i == 0 || lower(run, i) > lower(run, i - 1);
    }
    return (vowel && !ascending) || run.length() > 6;
  }

  /** Says whether a sign is a letter of any script. */
  static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0x80 && Character.isLetter(c));
  }

  private static char lower(String run, int index) {
    return Character.toLowerCase(run.charAt(index));
  }
}
