package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Listing;
import dev.flowdpo.verify.math.Node.PlusMinus;
import dev.flowdpo.verify.math.Node.Ratio;
import dev.flowdpo.verify.math.Node.Relation;
import dev.flowdpo.verify.math.Node.SetOperation;
import dev.flowdpo.verify.math.Node.Sum;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads an answer from the top: a list of relations between sets or ratios of sums. {@link
 * TermParser} reads what stands between plus and minus. Recursive descent; linear in the number of
 * tokens but for a few look-aheads of constant length.
 */
final class Parser {
  private static final Map<String, Relator> RELATORS =
      Map.of(
          "=", Relator.EQUAL,
          "≠", Relator.UNEQUAL,
          "<", Relator.LESS,
          "≤", Relator.LESS_OR_EQUAL,
          ">", Relator.GREATER,
          "≥", Relator.GREATER_OR_EQUAL,
          "∈", Relator.ELEMENT_OF,
          "≡", Relator.CONGRUENT,
          "→", Relator.MAPS_TO);

  private static final Set<String> SEPARATORS = Set.of(",", ";", "↵", "and", "or");

  private final Cursor cursor;
  private final TermParser terms;

  Parser(List<Token> tokens, Budget budget) {
    this.cursor = new Cursor(tokens, budget);
    this.terms = new TermParser(cursor, this);
  }

  /**
   * Returns the whole answer.
   *
   * @throws NotAFormulaException if the tokens form none
   * @throws OutOfReachException if it is nested too deeply
   */
  Node answer() {
    List<String> marks = new ArrayList<>();
    List<Node> items = items(marks);
    Node answer =
        Assignments.grouped(items, marks)
            .orElseGet(() -> items.size() == 1 ? items.get(0) : new Listing(List.copyOf(items)));
    if (!cursor.atEnd()) {
      throw new NotAFormulaException("cannot read on at \"" + cursor.peek().text() + "\"");
    }
    return answer;
  }

  /** Returns one item, or a list of several. */
  Node listing() {
    List<Node> items = items();
    return items.size() == 1 ? items.get(0) : new Listing(List.copyOf(items));
  }

  /** Returns the items that commas, semicolons, "and" and "or" separate. */
  List<Node> items() {
    return items(new ArrayList<>());
  }

  private List<Node> items(List<String> marks) {
    List<Node> items = new ArrayList<>();
    items.add(relation());
    for (String mark = separator(); !mark.isEmpty(); mark = separator()) {
      if (cursor.atEnd() || cursor.peek().isSign("…")) {
        break;
      }
      int last = items.size() - 1;
      Node next = relation();
      if (mark.equals("and") && Quantities.continues(items.get(last), next)) {
        items.set(last, new Node.Sum(List.of(items.get(last), next)));
      } else {
        items.add(next);
        marks.add(mark);
      }
    }
    return items;
  }

  /** Passes what separates two items and returns it: "and", another sign, or "" for nothing. */
  private String separator() {
    String mark = "";
    while (true) {
      Token token = cursor.peek();
      boolean words = token.is(Token.Kind.TEXT) && UnitParser.isConjunction(token);
      if (!words && !(token.is(Token.Kind.SIGN) && SEPARATORS.contains(token.text()))) {
        return mark;
      }
      boolean and = token.isSign("and") || (words && token.text().strip().equals("and"));
      mark = mark.isEmpty() && and ? "and" : token.isSign(";") || mark.equals(";") ? ";" : ",";
      cursor.next();
    }
  }

  /** Returns a relation, or the one side there is. */
  Node relation() {
    List<Node> sides = new ArrayList<>();
    List<Relator> relators = new ArrayList<>();
    sides.add(sets());
    while (true) {
      if (cursor.accept("≈")) {
        approximated(sides, relators, sets());
        continue;
      }
      Relator next = relator();
      if (next == null) {
        break;
      }
      relators.add(next);
      sides.add(sets());
    }
    return relators.isEmpty()
        ? sides.get(0)
        : new Relation(List.copyOf(sides), List.copyOf(relators));
  }

  /**
   * Of 1/3 ≈ 0.333 the exact side counts; x ≈ 0.333 says what x is. Where both sides are decimals,
   * or worked out of some, the last is the answer, as after an equals sign: 12.7 · 3.3 ≈ 42.
   */
  private static void approximated(List<Node> sides, List<Relator> relators, Node next) {
    int last = sides.size() - 1;
    Node before = sides.get(last);
    boolean decimal = Rewriting.any(before, n -> n instanceof Node.Num num && num.isDecimal());
    if (decimal && before instanceof Node.Num && !(next instanceof Node.Num)) {
      sides.set(last, next);
    } else if (decimal || (last == 0 && Labels.isName(before))) {
      relators.add(Relator.EQUAL);
      sides.add(next);
    }
  }

  private @org.jspecify.annotations.Nullable Relator relator() {
    Token token = cursor.peek();
    Relator relator = token.is(Token.Kind.SIGN) ? RELATORS.get(token.text()) : null;
    if (relator != null) {
      cursor.next();
      cursor.accept("&");
    }
    return relator;
  }

  private Node sets() {
    Node left = ratio();
    while (true) {
      char operator;
      if (cursor.accept("∪")) {
        operator = '∪';
      } else if (cursor.accept("∩")) {
        operator = '∩';
      } else if (cursor.accept("∖")) {
        operator = '∖';
      } else {
        return left;
      }
      left = new SetOperation(operator, left, ratio());
    }
  }

  private Node ratio() {
    Node first = sum();
    if (!cursor.peek().isSign(":")) {
      return first;
    }
    List<Node> parts = new ArrayList<>(List.of(first));
    while (cursor.accept(":")) {
      parts.add(sum());
    }
    return new Ratio(List.copyOf(parts));
  }

  /** Returns a sum, or the one term there is. */
  Node sum() {
    cursor.enter();
    List<Node> summands = new ArrayList<>();
    summands.add(signed(true));
    while (isSigned()) {
      summands.add(signed(false));
    }
    cursor.leave();
    return summands.size() == 1 ? summands.get(0) : new Sum(List.copyOf(summands));
  }

  private boolean isSigned() {
    Token token = cursor.peek();
    return token.isSign("+") || token.isSign("-") || token.isSign("±") || token.isSign("∓");
  }

  private Node signed(boolean first) {
    cursor.accept("&");
    if (first && !isSigned()) {
      return terms.term();
    }
    Token sign = cursor.next();
    Node term = isSigned() ? nestedSign() : terms.term();
    return switch (sign.text()) {
      case "-" -> Node.negate(term);
      case "±" -> new PlusMinus(term, true);
      case "∓" -> new PlusMinus(term, false);
      default -> term;
    };
  }

  /** A sign after a sign, as in 3 + -2. */
  private Node nestedSign() {
    cursor.enter();
    Node term = signed(true);
    cursor.leave();
    return term;
  }
}
