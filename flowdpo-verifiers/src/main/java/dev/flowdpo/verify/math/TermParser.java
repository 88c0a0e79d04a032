package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Node.Sum;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads products, with and without a sign between factors, and powers and marks after a factor. */
final class TermParser {
  private static final ImmutableMap<String, Long> MULTIPLES =
      ImmutableMap.of(
          "dozen", 12L,
          "hundred", 100L,
          "thousand", 1_000L,
          "million", 1_000_000L,
          "billion", 1_000_000_000L,
          "trillion", 1_000_000_000_000L);

  private final Cursor cursor;
  private final PrimaryParser primaries;
  private final UnitParser units;
  private final MixedNumberParser mixedNumbers;

  TermParser(Cursor cursor, Parser parser) {
    this.cursor = cursor;
    this.primaries = new PrimaryParser(cursor, parser, this);
    this.units = new UnitParser(cursor);
    this.mixedNumbers = new MixedNumberParser(cursor, primaries);
  }

  /** Returns what stands between plus and minus. */
  Node term() {
    List<Node> factors = new ArrayList<>();
    factors.add(mixedNumbers.mixedNumber().orElseGet(this::factor));
    for (int nested = 0; ; ) {
      bounded(nested);
      Token token = cursor.peek();
      if (cursor.accept("*")) {
        factors.add(signedFactor());
      } else if (cursor.accept("/")) {
        factors.add(new Power(signedFactor(), Num.MINUS_ONE));
      } else if (token.isCommand("bmod") || token.isCommand("mod")) {
        cursor.next();
        Node modulus = factor();
        nested++;
        replace(factors, new Call("mod", List.of(product(factors), modulus)));
      } else if (token.isCommand("pmod") || token.isCommand("pod")) {
        cursor.next();
        Node modulus = primaries.argument();
        nested++;
        replace(factors, new Call("mod", List.of(product(factors), modulus)));
      } else if (token.isSign("%")
          || token.isSign("$")
          || token.isSign("€")
          || token.isSign("£")
          || token.isSign("°")) {
        nested++;
        replace(factors, new Quantity(product(factors), UnitParser.mark(cursor.next().text())));
      } else if (token.is(Kind.TEXT) || token.is(Kind.WORD)) {
        if (UnitParser.isConjunction(token)) {
          return product(factors);
        }
        Long multiple = MULTIPLES.get(token.text().strip().toLowerCase(Locale.ROOT));
        if (multiple != null) {
          cursor.next();
          factors.add(Num.of(multiple));
          continue;
        }
        replace(factors, measured(units.quantity(product(factors))));
      } else if (units.startsFraction()) {
        replace(factors, measured(units.quantity(product(factors))));
      } else if (startsFactor(token)) {
        factors.add(factor());
      } else {
        return product(factors);
      }
    }
  }

  /** Marks after a factor nest as brackets do. */
  private static void bounded(int nested) {
    if (nested > Cursor.MAX_DEPTH) {
      throw new OutOfReachException("nested deeper than " + Cursor.MAX_DEPTH);
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

  /** Returns a primary with its powers, factorials, primes and degree signs. */
  Node factor() {
    Node factor = primaries.primary();
    for (int marks = 0; ; marks++) {
      bounded(marks);
      if (cursor.peek().isSign("!")) {
        factor = factorial(factor);
      } else if (cursor.accept("'")) {
        factor = new Call("prime", List.of(factor));
      } else if (cursor.accept("°")) {
        factor = units.degrees(factor);
      } else if (cursor.peek().isSign("^")) {
        factor = power(factor);
      } else {
        return factor;
      }
    }
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
    if (token.isSign("°") || (token.is(Kind.NAME) && token.text().equals("o"))) {
      boolean braced = cursor.accept("{");
      cursor.next();
      if (braced) {
        cursor.expect("}");
      }
      return units.degrees(base);
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
    Node exponent = primaries.raised();
    cursor.leave();
    boolean indexed = base instanceof Symbol symbol && symbol.name().indexOf('_') < 0;
    if (indexed && cursor.accept("_")) {
      return new Power( // an index after the power: x^2_1
          new Symbol(((Symbol) base).name() + "_" + primaries.rawScript()), exponent);
    }
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
}
