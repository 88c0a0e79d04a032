package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Node.Sum;
import dev.flowdpo.verify.math.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads products, with and without a sign between factors, and powers and marks after a factor. */
final class TermParser {
  private static final ImmutableMap<String, Long> MULTIPLES =
      ImmutableMap.of(
          "hundred", 100L,
          "thousand", 1_000L,
          "million", 1_000_000L,
          "billion", 1_000_000_000L,
          "trillion", 1_000_000_000_000L);

  private final Cursor cursor;
  private final Parser parser;
  private final PrimaryParser primaries;

  TermParser(Cursor cursor, Parser parser) {
    this.cursor = cursor;
    this.parser = parser;
    this.primaries = new PrimaryParser(cursor, parser, this);
  }

  /** Returns what stands between plus and minus. */
  Node term() {
    List<Node> factors = new ArrayList<>();
    factors.add(mixedNumber());
    while (true) {
      Token token = cursor.peek();
      if (cursor.accept("*")) {
        factors.add(signedFactor());
      } else if (cursor.accept("/")) {
        factors.add(new Power(signedFactor(), Node.MINUS_ONE));
      } else if (token.isCommand("bmod") || token.isCommand("mod")) {
        cursor.next();
        Node modulus = factor();
        replace(factors, new Call("mod", List.of(product(factors), modulus)));
      } else if (token.isCommand("pmod") || token.isCommand("pod")) {
        cursor.next();
        Node modulus = primaries.argument();
        replace(factors, new Call("mod", List.of(product(factors), modulus)));
      } else if (token.isSign("%")
          || token.isSign("$")
          || token.isSign("€")
          || token.isSign("£")
          || token.isSign("°")) {
        replace(factors, new Quantity(product(factors), mark(cursor.next().text())));
      } else if (token.is(Kind.TEXT) || token.is(Kind.WORD)) {
        if (isConjunction(token)) {
          return product(factors);
        }
        Long multiple = MULTIPLES.get(token.text().strip().toLowerCase(Locale.ROOT));
        if (multiple != null) {
          cursor.next();
          factors.add(Num.of(multiple));
          continue;
        }
        replace(factors, measured(quantity(product(factors))));
      } else if (startsFactor(token)) {
        factors.add(factor());
      } else {
        return product(factors);
      }
    }
  }

  /** After a unit comes nothing, or a smaller measure: 3 h 20 min. */
  private Node measured(Quantity first) {
    if (!startsFactor(cursor.peek())) {
      return first;
    }
    if (cursor.peek().is(Kind.NUMBER)) {
      cursor.enter();
      Node rest = term();
      cursor.leave();
      return new Sum(List.of(first, rest));
    }
    throw new NotAFormulaException("a value after a word");
  }

  private static void replace(List<Node> factors, Node one) {
    factors.clear();
    factors.add(one);
  }

  private static boolean isConjunction(Token token) {
    return token.text().strip().matches("(?i),?\\s*(and|or),?|,|;");
  }

  static Unit mark(String sign) {
    return switch (sign) {
      case "%" -> Unit.PERCENT;
      case "°" -> Unit.DEGREE;
      case "$" -> Unit.DOLLAR;
      default -> Unit.base(sign, Rational.ONE);
    };
  }

  /** 72° F is 72 of another unit than 72°. */
  private Quantity quantity(Node value) {
    Unit unit = unit();
    return value instanceof Quantity degrees && degrees.unit().isDegree()
        ? new Quantity(degrees.value(), Unit.label("° " + unit.powers().keySet()))
        : new Quantity(value, unit);
  }

  /** Reads a unit's words, with exponents and quotients between them. */
  private Unit unit() {
    StringBuilder words = new StringBuilder();
    while (true) {
      Token token = cursor.peek();
      if ((token.is(Kind.TEXT) || token.is(Kind.WORD)) && !isConjunction(token)) {
        words.append(' ').append(cursor.next().text());
      } else if (token.isSign("^") && cursor.peek(1).is(Kind.NUMBER)) {
        cursor.next();
        words.append('^').append(cursor.next().text());
      } else if (token.isSign("^")
          && cursor.peek(1).isSign("{")
          && cursor.peek(2).is(Kind.NUMBER)
          && cursor.peek(3).isSign("}")) {
        words.append('^').append(cursor.peek(2).text());
        cursor.reset(cursor.position() + 4);
      } else if (token.isSign("/") && cursor.peek(1).is(Kind.TEXT)) {
        cursor.next();
        words.append(" / ");
      } else {
        return UnitTable.read(words.toString());
      }
    }
  }

  private static Node product(List<Node> factors) {
    return factors.size() == 1 ? factors.get(0) : new Product(List.copyOf(factors));
  }

  private Node signedFactor() {
    if (cursor.accept("-")) {
      return Node.negate(nestedFactor());
    }
    cursor.accept("+");
    return factor();
  }

  private Node nestedFactor() {
    cursor.enter();
    Node factor = signedFactor();
    cursor.leave();
    return factor;
  }

  /** Says whether this token can begin a factor right after another one. */
  boolean startsFactor(Token token) {
    return switch (token.kind()) {
      case NUMBER, NAME, BEGIN -> true;
      case COMMAND -> !token.text().equals("choose") && !token.text().equals("over");
      case SIGN ->
          token.isSign("(")
              || token.isSign("[")
              || token.isSign("{")
              || token.isSign("⌊")
              || token.isSign("⌈")
              || token.isSign("⟨")
              || (token.isSign("|") && !cursor.inBars());
      default -> false;
    };
  }

  /** Returns a factor; a whole number before a proper fraction is a mixed number. */
  private Node mixedNumber() {
    Token whole = cursor.peek();
    if (whole.is(Kind.NUMBER) && whole.text().matches("\\d++")) {
      int start = cursor.position();
      cursor.next();
      Node fraction = properFraction();
      if (fraction != Node.ZERO) {
        return new Sum(List.of(Numbers.read(whole.text()), fraction));
      }
      cursor.reset(start);
    }
    return factor();
  }

  private Node properFraction() {
    Token token = cursor.peek();
    if (token.is(Kind.COMMAND) && Functions.FRACTIONS.contains(token.text())) {
      Node fraction = primaries.primary();
      boolean goesOn = cursor.peek().isSign("^") || cursor.peek().isSign("!");
      return isProper(fraction) && !goesOn ? fraction : Node.ZERO;
    }
    if (token.is(Kind.NUMBER)
        && token.spaced()
        && cursor.peek(1).isSign("/")
        && cursor.peek(2).is(Kind.NUMBER)) {
      cursor.next();
      cursor.next();
      Node fraction = Node.quotient(Numbers.read(token.text()), Numbers.read(cursor.next().text()));
      return isProper(fraction) ? fraction : Node.ZERO;
    }
    return Node.ZERO;
  }

  private static boolean isProper(Node fraction) {
    return fraction instanceof Product product
        && product.factors().get(0) instanceof Num numerator
        && product.factors().get(1) instanceof Power power
        && power.base() instanceof Num denominator
        && numerator.value().isInteger()
        && denominator.value().isInteger()
        && numerator.value().signum() > 0
        && numerator.value().compareTo(denominator.value()) < 0;
  }

  /** Returns a primary with its powers, factorials, primes and degree signs. */
  Node factor() {
    Node factor = primaries.primary();
    while (true) {
      if (cursor.peek().isSign("!")) {
        factor = factorial(factor);
      } else if (cursor.accept("'")) {
        factor = new Call("prime", List.of(factor));
      } else if (cursor.accept("°")) {
        factor = degrees(factor);
      } else if (cursor.peek().isSign("^")) {
        factor = power(factor);
      } else {
        return factor;
      }
    }
  }

  /** Degrees of an angle, or of a temperature where C or F follows. */
  private Quantity degrees(Node value) {
    Token scale = cursor.peek();
    if (value instanceof Num && scale.is(Kind.NAME) && scale.text().matches("[CF]")) {
      cursor.next();
      return new Quantity(value, Unit.label("°" + scale.text()));
    }
    return new Quantity(value, Unit.DEGREE);
  }

  /** One or three signs repeat the factorial; two are the double factorial. */
  private Node factorial(Node base) {
    int signs = 0;
    while (cursor.accept("!")) {
      signs++;
    }
    if (signs == 2) {
      return new Call("doublefactorial", List.of(base));
    }
    Node factorial = base;
    for (int i = 0; i < signs; i++) {
      cursor.enter();
      factorial = new Call("factorial", List.of(factorial));
    }
    return factorial;
  }

  private Node power(Node base) {
    cursor.expect("^");
    Token token = cursor.peek();
    if (token.isSign("{") && cursor.peek(2).isSign("}")) {
      token = cursor.peek(1);
    }
    if (token.isSign("°")) {
      boolean braced = cursor.accept("{");
      cursor.expect("°");
      if (braced) {
        cursor.expect("}");
      }
      return degrees(base);
    }
    if (token.is(Kind.NAME) && token.text().equals("prime")) {
      primaries.script();
      return new Call("prime", List.of(base));
    }
    if ((token.is(Kind.NAME) && token.text().equals("T")) || token.isCommand("top")) {
      primaries.script();
      return new Call("transpose", List.of(base));
    }
    if (token.is(Kind.TEXT) && token.text().strip().matches("st|nd|rd|th")) {
      primaries.script();
      return base; // an ordinal: 5^{\text{th}}
    }
    cursor.enter();
    Node exponent = primaries.script();
    cursor.leave();
    return new Power(base, exponent);
  }

  /** Returns the factors of a function's argument that stands without brackets. */
  Node bareArgument() {
    List<Node> factors = new ArrayList<>();
    do {
      factors.add(factor());
    } while (startsFactor(cursor.peek())
        && !primaries.isFunction(cursor.peek())
        && !cursor.peek().isSign("["));
    return product(factors);
  }

  Parser parser() {
    return parser;
  }
}
