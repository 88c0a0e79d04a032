package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.BasedNumber;
import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Constant;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.Node.Words;
import dev.flowdpo.verify.math.Token.Kind;
import java.util.List;

/** Reads numbers, names, brackets, fractions and roots; functions are {@link CallParser}'s. */
final class PrimaryParser {
  private final Cursor cursor;
  private final Parser parser;
  private final TermParser terms;
  private final CallParser calls;
  private final BracketParser brackets;

  PrimaryParser(Cursor cursor, Parser parser, TermParser terms) {
    this.cursor = cursor;
    this.parser = parser;
    this.terms = terms;
    this.calls = new CallParser(cursor, parser, terms, this);
    this.brackets = new BracketParser(cursor, parser);
  }

  /** Returns the smallest whole that starts here. */
  Node primary() {
    cursor.enter();
    Node primary = read();
    cursor.leave();
    return primary;
  }

  private Node read() {
    Token token = cursor.peek();
    return switch (token.kind()) {
      case NUMBER -> number();
      case NAME -> name();
      case WORD, TEXT -> words();
      case COMMAND -> command(token);
      case BEGIN -> new EnvironmentParser(cursor, parser).environment();
      case SIGN -> sign(cursor.next());
      default -> throw new NotAFormulaException("nothing where a value is expected");
    };
  }

  private Node number() {
    String digits = cursor.next().text();
    if (cursor.peek().isSign("_")) {
      cursor.next();
      Node base = script();
      if (base instanceof Node.Num n && n.value().isInteger() && digits.length() <= 500) {
        return new BasedNumber(digits, n.value().intValueExact());
      }
      throw new NotAFormulaException("an index on a number");
    }
    return Numbers.read(digits, cursor.budget());
  }

  private Node name() {
    String name = cursor.next().text();
    if (cursor.accept("_")) {
      name = name + "_" + rawScript();
    }
    switch (name) {
      case "pi" -> {
        return Constant.PI;
      }
      case "infty" -> {
        return Constant.INFINITY;
      }
      case "e" -> {
        return Constant.E;
      }
      case "i" -> {
        return Constant.I;
      }
      case "triangle", "angle" -> {
        StringBuilder points = new StringBuilder(name);
        while (cursor.peek().is(Kind.NAME)) {
          points.append(cursor.next().text());
        }
        return new Symbol(points.toString());
      }
      default -> {}
    }
    StringBuilder primes = new StringBuilder(name);
    while (cursor.accept("'")) {
      primes.append('\'');
    }
    String full = primes.toString();
    if (Functions.isFree(full) && cursor.peek().isSign("(")) {
      return new Call(full, calls.bracketArguments());
    }
    return new Symbol(full);
  }

  /** Words before a value or alone: a name for something, as in "Area = 5". */
  private Node words() {
    StringBuilder words = new StringBuilder();
    while (cursor.peek().is(Kind.WORD) || cursor.peek().is(Kind.TEXT)) {
      words.append(words.isEmpty() ? "" : " ").append(cursor.next().text().strip());
    }
    return new Words(words.toString());
  }

  private Node command(Token token) {
    String name = token.text();
    if (Functions.FRACTIONS.contains(name)) {
      cursor.next();
      Node numerator = argument();
      return Node.quotient(numerator, argument());
    }
    if (Functions.BINOMIALS.contains(name)) {
      cursor.next();
      Node above = argument();
      return new Call("binom", List.of(above, argument()));
    }
    switch (name) {
      case "sqrt", "cbrt", "root" -> {
        cursor.next();
        return root(name);
      }
      case "overline", "bar", "overset", "underset", "dot", "ddot" -> {
        cursor.next();
        return marked(name, argument());
      }
      case "boldmath", "mathop", "mathrel", "mathord", "phantom", "stackrel" -> {
        cursor.next();
        return argument();
      }
      default -> {
        if (LatexNames.ACCENTS.contains(name)) {
          cursor.next();
          return argument();
        }
        return calls.call();
      }
    }
  }

  /** A bar over points names their segment; one over a number of i is the conjugate. */
  private static Node marked(String mark, Node argument) {
    boolean bar = mark.equals("overline") || mark.equals("bar");
    if (bar && Rewriting.any(argument, n -> n == Constant.I)) {
      return new Call("conj", List.of(argument));
    }
    return isSegment(argument) ? argument : new Call(mark, List.of(argument));
  }

  private static boolean isSegment(Node node) {
    return node instanceof Product product
        && product.factors().stream()
            .allMatch(f -> f instanceof Symbol s && Character.isUpperCase(s.name().charAt(0)));
  }

  private Node root(String name) {
    Node degree = Node.Num.of(name.equals("cbrt") ? 3 : 2);
    if (!name.equals("cbrt") && cursor.accept("[")) {
      degree = parser.sum();
      cursor.expect("]");
    }
    Node radicand = cursor.peek().is(Kind.NUMBER) ? number() : argument();
    return new Power(radicand, new Power(degree, Node.Num.MINUS_ONE));
  }

  /** Returns an argument in braces, or the one token that TeX would take. */
  Node argument() {
    Token token = cursor.peek();
    if (token.is(Kind.NUMBER)) {
      return Numbers.read(cursor.nextDigit().text(), cursor.budget());
    }
    if (token.isSign("-")) {
      cursor.next();
      cursor.enter();
      Node argument = argument();
      cursor.leave();
      return Node.negate(argument);
    }
    return primary();
  }

  /** Returns an exponent or index: braces, or one signed value. */
  Node script() {
    if (cursor.accept("-")) {
      cursor.enter();
      Node script = script();
      cursor.leave();
      return Node.negate(script);
    }
    cursor.accept("+");
    return primary();
  }

  /** Returns an exponent or upper bound, after which an index may follow. */
  Node raised() {
    boolean indexed = cursor.peek().is(Kind.NUMBER) && cursor.peek(1).isSign("_");
    return indexed ? Numbers.read(cursor.next().text(), cursor.budget()) : script();
  }

  /** Returns an index as text: what stands in its braces, or one token. */
  String rawScript() {
    if (!cursor.accept("{")) {
      return cursor.next().text().strip();
    }
    StringBuilder text = new StringBuilder();
    int depth = 1;
    while (!cursor.atEnd()) {
      Token token = cursor.next();
      depth += token.isSign("{") ? 1 : token.isSign("}") ? -1 : 0;
      if (depth == 0) {
        return text.toString();
      }
      text.append(token.text().strip());
    }
    throw new NotAFormulaException("an index that is not closed");
  }

  private Node sign(Token sign) {
    return switch (sign.text()) {
      case "(" -> brackets.bracket('(');
      case "[" -> brackets.bracket('[');
      case "⟨" -> brackets.bracket('⟨');
      case "{" -> brackets.group();
      case "⦃" -> brackets.set();
      case "|" -> brackets.bars();
      case "‖" -> brackets.enclosed("norm", "‖");
      case "⌊" -> brackets.enclosed("floor", "⌋");
      case "⌈" -> brackets.enclosed("ceil", "⌉");
      case "$", "€", "£" -> new Quantity(terms.factor(), UnitParser.mark(sign.text()));
      default ->
          throw new NotAFormulaException("\"" + sign.text() + "\" where a value is expected");
    };
  }

  boolean isFunction(Token token) {
    return token.is(Kind.COMMAND)
        && (Functions.named(token.text()).isPresent() || Functions.BOUND.contains(token.text()));
  }
}
