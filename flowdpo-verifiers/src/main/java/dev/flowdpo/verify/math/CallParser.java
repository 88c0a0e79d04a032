package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.Node.Words;
import java.util.ArrayList;
import java.util.List;

/** Reads functions with their arguments, and sums, products, integrals and limits with bounds. */
final class CallParser {
  private final Cursor cursor;
  private final Parser parser;
  private final TermParser terms;
  private final PrimaryParser primaries;

  CallParser(Cursor cursor, Parser parser, TermParser terms, PrimaryParser primaries) {
    this.cursor = cursor;
    this.parser = parser;
    this.terms = terms;
    this.primaries = primaries;
  }

  /** Returns the call that the command at the cursor begins. */
  Node call() {
    String name = cursor.next().text();
    if (Functions.BOUND.contains(name)) {
      return bound(name);
    }
    if (Functions.named(name).isPresent()) {
      return applied(name);
    }
    if (cursor.peek().isSign("(")) {
      return new Call(name, bracketArguments());
    }
    return new Symbol("\\" + name);
  }

  private Node applied(String name) {
    String function = name;
    List<Node> powers = new ArrayList<>();
    List<Node> base = new ArrayList<>();
    while (cursor.peek().isSign("^") || cursor.peek().isSign("_") || cursor.peek().isSign("'")) {
      Token mark = cursor.next();
      if (mark.isSign("'")) {
        function += "'";
        continue;
      }
      Node script = primaries.script();
      (mark.isSign("_") ? base : powers).add(script);
    }
    if (powers.size() == 1
        && powers.get(0).equals(Node.Num.MINUS_ONE)
        && Functions.inverse(function).isPresent()) {
      function = Functions.inverse(function).get();
      powers.clear();
    }
    if (function.equals("log") && base.size() == 1) {
      function = "logbase";
    } else {
      base.clear();
    }
    List<Node> arguments = new ArrayList<>(base);
    arguments.addAll(arguments());
    Node call = new Call(function, List.copyOf(arguments));
    return powers.isEmpty() ? call : new Power(call, powers.get(0));
  }

  /** Returns the arguments: those in brackets, or the factors that follow. */
  private List<Node> arguments() {
    if (cursor.peek().isSign("(")) {
      return bracketArguments();
    }
    if (cursor.peek().isSign("{")) {
      Node group = primaries.primary();
      return group instanceof Node.Bracket b ? b.items() : List.of(group);
    }
    if (primaries.isFunction(cursor.peek())) {
      return List.of(terms.factor()); // sin arccos x
    }
    if (cursor.accept("-")) {
      return List.of(Node.negate(terms.bareArgument()));
    }
    return List.of(terms.bareArgument());
  }

  /** Returns what stands between the round brackets that follow, one or more. */
  List<Node> bracketArguments() {
    cursor.expect("(");
    int bars = cursor.suspendBars();
    List<Node> items = parser.items();
    cursor.restoreBars(bars);
    cursor.expect(")");
    return List.copyOf(items);
  }

  /** Returns a sum, product, integral or limit: lower bound, upper bound, body. */
  private Node bound(String name) {
    Node lower = new Words("");
    Node upper = new Words("");
    for (int i = 0; i < 2; i++) {
      if (cursor.accept("_")) {
        lower = boundScript();
      } else if (cursor.accept("^")) {
        upper = primaries.raised();
      }
    }
    cursor.enter();
    Node body = name.endsWith("int") ? parser.sum() : terms.term();
    cursor.leave();
    return new Call(name, List.of(lower, upper, body));
  }

  private Node boundScript() {
    if (!cursor.accept("{")) {
      return primaries.script();
    }
    Node script = parser.listing();
    cursor.expect("}");
    return script;
  }
}
