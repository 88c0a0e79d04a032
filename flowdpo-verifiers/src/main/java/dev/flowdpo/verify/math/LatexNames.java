package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.flowdpo.verify.math.Token.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the commands of LaTeX stand for. */
final class LatexNames {
  /** Commands without a meaning for the value; the space after them counts as a blank. */
  static final ImmutableSet<String> IGNORED =
      ImmutableSet.copyOf(
          ("left right mleft mright big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr middle quad"
                  + " qquad displaystyle textstyle scriptstyle limits nolimits rm bf it sf tt cal"
                  + " hline boxed fbox thinspace medspace thickspace negthinspace enspace hfill"
                  + " large Large small bm boldsymbol mathstrut strut ensuremath cline noindent")
              .split(" "));

  /** Commands whose braces hold plain text. */
  static final ImmutableSet<String> TEXTS =
      ImmutableSet.copyOf(
          "text mbox textbf textrm textit textsf texttt emph hbox textnormal unit textup"
              .split(" "));

  /** Commands that set letters in another font. */
  static final ImmutableSet<String> FONTS =
      ImmutableSet.of(
          "mathrm", "mathbf", "mathit", "mathcal", "mathsf", "mathtt", "mathfrak", "mathscr");

  /** Commands that put something over a letter; the letter is what counts. */
  static final ImmutableSet<String> ACCENTS =
      ImmutableSet.of(
          "vec", "underline", "hat", "widehat", "tilde", "widetilde", "overrightarrow", "check");

  private static final ImmutableMap<String, String> SIGNS = signs();
  private static final ImmutableSet<String> LETTERS =
      ImmutableSet.copyOf(
          ("alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu"
                  + " nu xi omicron rho varrho sigma varsigma tau upsilon phi varphi chi psi omega"
                  + " Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar nabla"
                  + " partial aleph triangle angle square bullet star pi infty prime")
              .split(" "));

  private LatexNames() {}

  /** Returns the token of a command, where it is not one that takes raw text. */
  static Optional<Token> token(String command) {
    String sign = SIGNS.get(command);
    if (sign != null) {
      return Optional.of(Token.sign(sign));
    }
    if (LETTERS.contains(command)) {
      String name =
          command.startsWith("var") && command.length() > 5 ? command.substring(3) : command;
      return Optional.of(new Token(Kind.NAME, name, false));
    }
    return Optional.empty();
  }

  /** Returns what a command that sets letters in another font stands for. */
  static Token font(String content) {
    String letters = content.replaceAll("[\\s~{}]", "");
    if (letters.length() == 1 && Vocabulary.isLetter(letters.charAt(0))) {
      return new Token(Kind.NAME, letters, false);
    }
    return Functions.named(letters).isPresent()
        ? operator(letters)
        : new Token(Kind.TEXT, content, false);
  }

  /** Returns the function of that name. */
  static Token operator(String content) {
    String name = content.replaceAll("[\\s*\\\\,]", "");
    return new Token(Kind.COMMAND, Functions.named(name).orElse(name), false);
  }

  private static ImmutableMap<String, String> signs() {
    ImmutableMap.Builder<String, String> signs = ImmutableMap.builder();
    Map<String, List<String>> bySign =
        Map.ofEntries(
            Map.entry("and", List.of("land", "wedge")),
            Map.entry("or", List.of("lor", "vee")),
            Map.entry("*", List.of("cdot", "times", "ast", "cdotp")),
            Map.entry("/", List.of("div", "slash")),
            Map.entry("≤", List.of("le", "leq", "leqslant", "leqq")),
            Map.entry("≥", List.of("ge", "geq", "geqslant", "geqq")),
            Map.entry("<", List.of("lt")),
            Map.entry(">", List.of("gt")),
            Map.entry("≠", List.of("ne", "neq")),
            Map.entry("=", List.of("colon=", "doteq", "cong")),
            Map.entry("≈", List.of("approx", "simeq")),
            Map.entry("≡", List.of("equiv")),
            Map.entry("∈", List.of("in")),
            Map.entry("→", List.of("to", "rightarrow", "longrightarrow", "mapsto")),
            Map.entry("∪", List.of("cup", "bigcup")),
            Map.entry("∩", List.of("cap", "bigcap")),
            Map.entry("∖", List.of("setminus", "backslash", "smallsetminus")),
            Map.entry("±", List.of("pm")),
            Map.entry("∓", List.of("mp")),
            Map.entry("…", List.of("ldots", "dots", "cdots", "dotsc", "dotsb", "textellipsis")),
            Map.entry("⦃", List.of("{", "lbrace")),
            Map.entry("⦄", List.of("}", "rbrace")),
            Map.entry("(", List.of("lparen")),
            Map.entry(")", List.of("rparen")),
            Map.entry("[", List.of("lbrack")),
            Map.entry("]", List.of("rbrack")),
            Map.entry("⟨", List.of("langle")),
            Map.entry("⟩", List.of("rangle")),
            Map.entry("⌊", List.of("lfloor")),
            Map.entry("⌋", List.of("rfloor")),
            Map.entry("⌈", List.of("lceil")),
            Map.entry("⌉", List.of("rceil")),
            Map.entry("|", List.of("vert", "lvert", "rvert", "mid")),
            Map.entry("‖", List.of("|", "Vert", "lVert", "rVert")),
            Map.entry(":", List.of("colon")),
            Map.entry("%", List.of("%")),
            Map.entry("$", List.of("$", "textdollar")),
            Map.entry("€", List.of("euro", "texteuro")),
            Map.entry("£", List.of("pounds", "textsterling")),
            Map.entry("°", List.of("circ", "degree", "textdegree")),
            Map.entry("_", List.of("_")),
            Map.entry("&", List.of("&")),
            Map.entry("↵", List.of("\\", "newline", "cr")));
    bySign.forEach((sign, commands) -> commands.forEach(command -> signs.put(command, sign)));
    return signs.build();
  }
}
