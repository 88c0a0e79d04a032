package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.BasedNumber;
import dev.flowdpo.verify.math.Node.Bracket;
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

  PrimaryParser(Cursor cursor, Parser parser, TermParser terms) {
    this.cursor = cursor;
    this.parser = parser;
    this.terms = terms;
    this.calls = new CallParser(cursor, parser, terms, this);
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
      int start = cursor.position();
      cursor.next();
      Node base = script();
      if (base instanceof Node.Num n && n.value().isInteger() && digits.length() <= 500) {
        return new BasedNumber(digits, n.value().intValueExact());
      }
      cursor.reset(start);
      throw new NotAFormulaException("an index on a number");
    }
    return Numbers.read(digits);
  }

  private Node name() {
    String name = cursor.next().text();
    boolean indexed = false;
    if (cursor.accept("_")) {
      name = name + "_" + rawScript();
      indexed = true;
    }
    if (!indexed) {
      switch (name) {
        case "pi":
          return Constant.PI;
        case "infty":
          return Constant.INFINITY;
        case "e":
          return Constant.E;
        case "i":
          return Constant.I;
        case "square", "triangle", "angle", "bullet":
          if (name.equals("angle") || name.equals("triangle")) {
            StringBuilder points = new StringBuilder(name);
            while (cursor.peek().is(Kind.NAME)) {
              points.append(cursor.next().text());
            }
            return new Symbol(points.toString());
          }
          break;
        default:
          break;
      }
    }
    StringBuilder primes = new StringBuilder(name);
    while (cursor.accept("'")) {
      primes.append('\'');
    }
    String full = primes.toString();
    boolean function = full.matches("[fg]'*+(?:_.*)?");
    if (function && cursor.peek().isSign("(")) {
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
      case "overline", "bar", "underline", "overset", "underset", "dot", "ddot" -> {
        cursor.next();
        Node argument = argument();
        return isSegment(argument) ? argument : new Call(name, List.of(argument));
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

  /** A bar over two points or more names a segment, as the points alone do. */
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
    return new Power(radicand, new Power(degree, Node.MINUS_ONE));
  }

  /** Returns an argument in braces, or the one token that TeX would take. */
  Node argument() {
    Token token = cursor.peek();
    if (token.is(Kind.NUMBER)) {
      return Numbers.read(cursor.nextDigit().text());
    }
    if (token.isSign("-")) {
      cursor.next();
      return Node.negate(argument());
    }
    return primary();
  }

  /** Returns an exponent or index: braces, or one signed value. */
  Node script() {
    if (cursor.accept("-")) {
      return Node.negate(script());
    }
    cursor.accept("+");
    return primary();
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
      case "(" -> bracket('(');
      case "[" -> bracket('[');
      case "⟨" -> bracket('⟨');
      case "{" -> group();
      case "⦃" -> set();
      case "|" -> bars();
      case "‖" -> enclosed("norm", "‖");
      case "⌊" -> enclosed("floor", "⌋");
      case "⌈" -> enclosed("ceil", "⌉");
      case "$", "€", "£" -> new Quantity(terms.factor(), TermParser.mark(sign.text()));
      default ->
          throw new NotAFormulaException("\"" + sign.text() + "\" where a value is expected");
    };
  }

  private Node enclosed(String function, String close) {
    int bars = cursor.suspendBars();
    Node content = parser.sum();
    cursor.restoreBars(bars);
    cursor.expect(close);
    return new Call(function, List.of(content));
  }

  private Node bars() {
    cursor.openBars();
    Node content = parser.sum();
    cursor.closeBars();
    cursor.expect("|");
    return new Call("abs", List.of(content));
  }

  /** Returns a tuple or an interval, or the one value that the brackets group. */
  private Node bracket(char open) {
    int bars = cursor.suspendBars();
    List<Node> items = parser.items();
    cursor.restoreBars(bars);
    char close;
    if (cursor.accept(")")) {
      close = ')';
    } else if (cursor.accept("]")) {
      close = ']';
    } else {
      cursor.expect("⟩");
      close = '⟩';
    }
    if (items.size() == 1) {
      return items.get(0);
    }
    return new Bracket(open, close, List.copyOf(items));
  }

  /** Braces of TeX; several items in them are meant as a set. */
  private Node group() {
    if (cursor.accept("}")) {
      return new Words("");
    }
    int bars = cursor.suspendBars();
    List<Node> items = parser.items();
    cursor.restoreBars(bars);
    if (cursor.peek().isCommand("choose") || cursor.peek().isCommand("over")) {
      boolean choose = cursor.next().text().equals("choose");
      Node below = parser.sum();
      items.set(
          0,
          choose
              ? new Call("binom", List.of(items.get(0), below))
              : Node.quotient(items.get(0), below));
    }
    cursor.expect("}");
    return items.size() == 1 ? items.get(0) : new Bracket('{', '}', List.copyOf(items));
  }

  private Node set() {
    if (cursor.accept("⦄")) {
      return new Bracket('{', '}', List.of());
    }
    int bars = cursor.suspendBars();
    Node set;
    if (skipsToCondition()) {
      set = parser.listing(); // { x | condition }: the condition says it all
    } else {
      set = new Bracket('{', '}', List.copyOf(parser.items()));
    }
    cursor.restoreBars(bars);
    cursor.expect("⦄");
    return set;
  }

  /** Passes "x |", "x :", "x ∈ ℝ |" or "x ∈ ℝ :". */
  private boolean skipsToCondition() {
    int length = cursor.peek(1).isSign("∈") ? 3 : 1;
    Token mark = cursor.peek(length);
    boolean condition = cursor.peek().is(Kind.NAME) && (mark.isSign("|") || mark.isSign(":"));
    if (condition) {
      cursor.reset(cursor.position() + length + 1);
    }
    return condition;
  }

  boolean isFunction(Token token) {
    return token.is(Kind.COMMAND)
        && (Functions.named(token.text()).isPresent() || Functions.BOUND.contains(token.text()));
  }
}
