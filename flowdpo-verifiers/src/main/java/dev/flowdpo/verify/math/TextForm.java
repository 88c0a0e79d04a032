package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.Node.Words;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Text answers in one form: lower case, no punctuation, no articles, numbers from words. */
final class TextForm {
  private static final Pattern SPACE = Pattern.compile("\\\\[,;:! ]");
  private static final Pattern COMMAND = Pattern.compile("\\\\([a-zA-Z]++)\\s?+");
  private static final Pattern MARKS = Pattern.compile("[{}$~*`\"“”.,;:!?()\\[\\]_\\\\]");
  private static final Pattern ARTICLE = Pattern.compile("\\b(?:the|a|an)\\s");
  private static final Pattern BLANKS = Pattern.compile("\\s++");
  private static final ImmutableMap<String, String> SYNONYMS =
      ImmutableMap.<String, String>builder()
          .put("none", "no solution")
          .put("no solutions", "no solution")
          .put("no real solution", "no solution")
          .put("no real solutions", "no solution")
          .put("dne", "does not exist")
          .put("not defined", "undefined")
          .put("infinite", "infinitely many")
          .put("infinitely many solutions", "infinitely many")
          .build();

  private static final List<String> ONES =
      List.of(
          ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
                  + " fifteen sixteen seventeen eighteen nineteen")
              .split(" "));
  private static final List<String> TENS =
      List.of("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety");

  private TextForm() {}

  /** Returns a text in its one form. */
  static String of(String text) {
    String plain = SPACE.matcher(text).replaceAll(" ");
    plain =
        COMMAND.matcher(plain).replaceAll(m -> isDress(m.group(1)) ? " " : " " + m.group(1) + " ");
    plain = MARKS.matcher(plain).replaceAll(" ");
    plain = BLANKS.matcher(plain).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    plain = ARTICLE.matcher(plain).replaceAll("");
    return SYNONYMS.getOrDefault(plain, Dates.monthFirst(plain));
  }

  /** Says whether a command only sets the text. */
  private static boolean isDress(String command) {
    return LatexNames.TEXTS.contains(command)
        || LatexNames.FONTS.contains(command)
        || LatexNames.IGNORED.contains(command);
  }

  /** Returns the text that a node would be as a word, where it can be one. */
  static Optional<String> of(Node node) {
    if (node instanceof Words words) {
      return Optional.of(of(words.text()));
    } else if (node instanceof Symbol symbol) {
      return Optional.of(of(symbol.name()));
    } else if (node instanceof Num num && num.value().isInteger()) {
      return Optional.of(num.value().toString());
    } else if (node instanceof Quantity quantity
        && quantity.unit().isLabel()
        && (quantity.value() instanceof Num || quantity.value() instanceof Symbol)) {
      String label = quantity.unit().powers().firstKey().substring(Unit.LABEL.length());
      return of(quantity.value()).map(value -> of(value + " " + label));
    } else if (node instanceof Product product
        && product.factors().stream().allMatch(Symbol.class::isInstance)) {
      StringBuilder name = new StringBuilder();
      product.factors().forEach(factor -> name.append(((Symbol) factor).name()));
      return Optional.of(of(name.toString()));
    }
    return Optional.empty();
  }

  /** Says whether a text has a bracket that is not closed, as an answer cut off has. */
  static boolean breaksOff(Node node) {
    if (!(node instanceof Words words)) {
      return false;
    }
    int open = 0;
    for (char c : words.text().toCharArray()) {
      open += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
    }
    return open > 0;
  }

  /** Returns the number that words spell, up to ninety-nine. */
  static Optional<Node> number(String words) {
    String[] parts = of(words).split("[ -]", -1);
    if (parts.length == 1 && ONES.contains(parts[0])) {
      return Optional.of(Num.of(ONES.indexOf(parts[0])));
    }
    int ten = TENS.indexOf(parts[0]);
    if (ten < 0 || parts.length > 2) {
      return Optional.empty();
    }
    int one = parts.length == 2 ? ONES.indexOf(parts[1]) : 0;
    return one < 0 || one > 9 || (parts.length == 2 && one == 0)
        ? Optional.empty()
        : Optional.of(Num.of(20 + 10L * ten + one));
  }
}
