package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Bracket;
import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Words;
import dev.flowdpo.verify.math.Token.Kind;
import java.util.List;

/** Reads what stands in brackets, braces and bars, once the opening sign has been passed. */
final class BracketParser {
  private final Cursor cursor;
  private final Parser parser;

  BracketParser(Cursor cursor, Parser parser) {
    this.cursor = cursor;
    this.parser = parser;
  }

  Node enclosed(String function, String close) {
    int bars = cursor.suspendBars();
    Node content = parser.sum();
    cursor.restoreBars(bars);
    cursor.expect(close);
    return new Call(function, List.of(content));
  }

  Node bars() {
    cursor.openBars();
    Node content = parser.sum();
    cursor.closeBars();
    cursor.expectBar();
    return new Call("abs", List.of(content));
  }

  /** Returns a tuple or an interval, or the one value that the brackets group. */
  Node bracket(char open) {
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
  Node group() {
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

  Node set() {
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
}
