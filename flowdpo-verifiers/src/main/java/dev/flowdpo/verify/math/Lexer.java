package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.verify.math.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Cuts the text of a formula, in LaTeX or plain notation, into tokens. One pass, no look back. */
final class Lexer {
  private static final int MAX_TOKENS = 4_000;
  private static final String SIGNS = "+-*/^!'=≈<>≤≥≠≡∈→∪∩∖±∓%$€£°…,;:()[]{}⟨⟩⌊⌋⌈⌉|‖&_~";

  /** Signs written with several characters; none is the beginning of another. */
  private static final ImmutableMap<String, String> COMPOUNDS =
      ImmutableMap.<String, String>builder()
          .put("**", "^")
          .put("<=", "≤")
          .put(">=", "≥")
          .put("=<", "≤")
          .put("=>", "→")
          .put("==", "=")
          .put("!=", "≠")
          .put("||", "‖")
          .put("->", "→")
          .put("+/-", "±")
          .buildOrThrow();

  private static final Pattern QUAD_AND_MORE = Pattern.compile("q?quad[a-zA-Z]++");
  private static final Pattern TIMES_TEN = Pattern.compile("x\\s*+10\\s?+\\^");

  private final String text;
  private final Notation notation;
  private final Budget budget;
  private final int contentEnd;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int brackets;
  private boolean spaced;
  private boolean ambiguousCommas;
  private boolean words;

  Lexer(String text, Notation notation, Budget budget) {
    this.text = UnicodeSigns.spelled(text);
    this.notation = notation;
    this.budget = budget;
    this.contentEnd = this.text.stripTrailing().length();
  }

  /**
   * Returns the tokens, the end's included.
   *
   * @throws NotAFormulaException if there is a sign that no formula has
   */
  List<Token> tokens() {
    while (position < text.length()) {
      budget.spend(1);
      char c = text.charAt(position);
      if (Character.isWhitespace(c) || c == '~' || c == '\u00a0') {
        position++;
        spaced = true;
      } else if (c == '\\') {
        command();
      } else if (isDigit(c) || c == '.') {
        number();
      } else if (Vocabulary.isLetter(c)) {
        letters();
      } else {
        sign(c);
      }
      if (tokens.size() > MAX_TOKENS) {
        throw new OutOfReachException("a formula of more than " + MAX_TOKENS + " pieces");
      }
    }
    add(new Token(Kind.END, "", false));
    return tokens;
  }

  /** Says whether a number with a comma was seen that may be two numbers. */
  boolean hasAmbiguousCommas() {
    return ambiguousCommas;
  }

  /** Says whether a run of letters was taken as a word. */
  boolean hasWords() {
    return words;
  }

  private void add(Token token) {
    tokens.add(spaced ? token.afterSpace() : token);
    spaced = false;
  }

  private Optional<Token> last() {
    return tokens.isEmpty() ? Optional.empty() : Optional.of(tokens.get(tokens.size() - 1));
  }

  private void number() {
    NumberLexer lexer = new NumberLexer(text, notation.thousands() && brackets == 0);
    String digits = lexer.read(position);
    if (digits.isEmpty()) {
      point();
      return;
    }
    ambiguousCommas |= lexer.hasCommas() && brackets == 0;
    position = lexer.end();
    add(new Token(Kind.NUMBER, digits, false));
  }

  /** A point that begins no number: three of them are an ellipsis, one is punctuation. */
  private void point() {
    if (text.startsWith("...", position)) {
      position += 3;
      add(Token.sign("…"));
    } else if (last().filter(t -> t.is(Kind.NUMBER)).isPresent() && !atEnd(position + 1)) {
      position++; // as in "5. "
      spaced = true;
    } else if (atEnd(position + 1) || nextIsSpace()) {
      position++;
    } else {
      throw new NotAFormulaException("a point that belongs to no number");
    }
  }

  private boolean nextIsSpace() {
    return Character.isWhitespace(text.charAt(position + 1));
  }

  private boolean atEnd(int index) {
    return index >= contentEnd;
  }

  private void sign(char c) {
    position++;
    if (SIGNS.indexOf(c) < 0) {
      throw new NotAFormulaException("a sign that no formula has: " + c);
    }
    brackets += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
    String sign = String.valueOf(c);
    for (Map.Entry<String, String> compound : COMPOUNDS.entrySet()) {
      if (text.startsWith(compound.getKey(), position - 1)) {
        sign = compound.getValue();
        position += compound.getKey().length() - 1;
        break;
      }
    }
    add(Token.sign(sign));
  }

  private void command() {
    int start = ++position;
    while (position < text.length() && isAsciiLetter(text.charAt(position))) {
      position++;
    }
    if (position == start) {
      position = Math.min(start + 1, text.length());
    }
    budget.spend((position - start) / 8);
    String name = text.substring(start, position);
    if (QUAD_AND_MORE.matcher(name).matches()) {
      position = start + name.indexOf("quad") + 4; // the blank after it is missing
      name = text.substring(start, position);
    }
    if (name.isBlank() || ",;:!>".contains(name) || LatexNames.IGNORED.contains(name)) {
      spaced = true;
      skipNullDelimiter(name);
    } else if (LatexNames.TEXTS.contains(name)) {
      plainText(group());
    } else if (LatexNames.FONTS.contains(name)) {
      add(LatexNames.font(group()));
    } else if (name.equals("operatorname")) {
      add(LatexNames.operator(group()));
    } else if (name.equals("mathbb")) {
      add(new Token(Kind.NAME, "𝔹" + group(), false));
    } else if (name.equals("begin") || name.equals("end")) {
      boolean begins = name.equals("begin");
      brackets += begins ? 1 : -1;
      add(new Token(begins ? Kind.BEGIN : Kind.ENDING, group().replace("*", ""), false));
    } else {
      named(name);
    }
  }

  private void named(String name) {
    Optional<Token> token = LatexNames.token(name);
    if (token.isPresent()) {
      brackets += name.equals("{") || name.equals("langle") ? 1 : 0;
      brackets -= name.equals("}") || name.equals("rangle") ? 1 : 0;
      add(token.get());
    } else if (name.equals("emptyset") || name.equals("varnothing")) {
      add(Token.sign("⦃"));
      add(Token.sign("⦄"));
    } else {
      add(new Token(Kind.COMMAND, Functions.named(name).orElse(name), false));
    }
  }

  /** After \left and \right a point stands for no bracket. */
  private void skipNullDelimiter(String name) {
    boolean delimiter = name.endsWith("left") || name.endsWith("right");
    position += delimiter && text.startsWith(".", position) ? 1 : 0;
  }

  /** A colon that ends a text is a sign of its own: "Total: " before a value. */
  private void plainText(String content) {
    String stripped = content.stripTrailing();
    boolean label = stripped.endsWith(":") && stripped.length() > 1;
    add(
        new Token(
            Kind.TEXT, label ? stripped.substring(0, stripped.length() - 1) : content, false));
    if (label) {
      add(Token.sign(":"));
    }
  }

  private String group() {
    TexGroup group = TexGroup.at(text, position);
    budget.spend((group.end() - position) / 8);
    position = group.end();
    return group.content();
  }

  private void letters() {
    int start = position;
    while (position < text.length() && Vocabulary.isLetter(text.charAt(position))) {
      position++;
    }
    budget.spend((position - start) / 8);
    String run = text.substring(start, position);
    Optional<Token> known = Vocabulary.token(run, last());
    if (isUnion(run)) {
      add(Token.sign("∪"));
    } else if (last().filter(t -> t.is(Kind.NUMBER)).isPresent()
        && TIMES_TEN.matcher(text).region(start, text.length()).lookingAt()) {
      add(Token.sign("*"));
    } else if (known.isPresent()) {
      add(known.get());
    } else if (Vocabulary.functionBefore(run) > 0) {
      int cut = Vocabulary.functionBefore(run);
      add(LatexNames.operator(run.substring(0, cut)));
      position = start + cut;
    } else if (notation.words() && Vocabulary.looksLikeWord(run)) {
      words = true;
      add(new Token(Kind.WORD, run.toLowerCase(Locale.ROOT), false));
    } else {
      run.codePoints().forEach(c -> add(new Token(Kind.NAME, Character.toString(c), false)));
    }
  }

  /** Between the bracket of an interval and that of the next one, U is the sign of a union. */
  private boolean isUnion(String run) {
    String rest = text.substring(position, Math.min(text.length(), position + 9)).strip();
    return run.equals("U")
        && last().filter(t -> t.isSign(")") || t.isSign("]")).isPresent()
        && (rest.startsWith("(") || rest.startsWith("[") || rest.startsWith("\\left"));
  }

  private static boolean isAsciiLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
