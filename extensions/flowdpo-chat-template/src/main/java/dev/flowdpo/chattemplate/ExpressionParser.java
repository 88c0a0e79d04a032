package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Token.Kind;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Parses expressions with Jinja2's precedence: conditional, or, and, not, comparison, sum,
 * concatenation, product, power, sign, filters and tests. Used by one thread.
 */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final Tokens tokens;
  private final OperandParser operands;

  ExpressionParser(Tokens tokens) {
    this.tokens = tokens;
    this.operands = new OperandParser(tokens, this);
  }

  /** {@return the parser of what the operators join} */
  OperandParser operands() {
    return operands;
  }

  /** {@return an expression} */
  Expression expression() {
    tokens.enter();
    Expression value = disjunction();
    while (tokens.takeName("if")) {
      Expression then = value;
      Expression test = disjunction();
      Expression otherwise =
          tokens.takeName("else") ? expression() : frame -> new Undefined("the missing else");
      value =
          frame -> Values.isTrue(test.value(frame)) ? then.value(frame) : otherwise.value(frame);
    }
    tokens.leave();
    return value;
  }

  /** {@return an expression, or a tuple of expressions with commas between them} */
  Expression expressions() {
    return several(this::expression);
  }

  /** {@return one such expression, or a tuple of them} */
  Expression several(Supplier<Expression> parser) {
    Expression first = parser.get();
    if (!tokens.peek().isOperator(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (tokens.take(",") && operands.begins(tokens.peek())) {
      items.add(parser.get());
    }
    return OperandParser.tuple(items);
  }

  /** {@return an expression without a condition, as after {@code for ... in}} */
  Expression disjunction() {
    Expression value = conjunction();
    while (tokens.takeName("or")) {
      Expression left = value;
      Expression right = conjunction();
      value =
          frame -> {
            Object found = left.value(frame);
            return Values.isTrue(found) ? found : right.value(frame);
          };
    }
    return value;
  }

  private Expression conjunction() {
    Expression value = negation();
    while (tokens.takeName("and")) {
      Expression left = value;
      Expression right = negation();
      value =
          frame -> {
            Object found = left.value(frame);
            return Values.isTrue(found) ? right.value(frame) : found;
          };
    }
    return value;
  }

  private Expression negation() {
    if (!tokens.takeName("not")) {
      return comparison();
    }
    tokens.enter();
    Expression negated = negation();
    tokens.leave();
    return frame -> !Values.isTrue(negated.value(frame));
  }

  private record Comparison(String operator, Expression right) {}

  /** Comparisons in a chain each hold between neighbours. */
  private Expression comparison() {
    Expression first = sum();
    List<Comparison> chain = new ArrayList<>();
    while (true) {
      Token token = tokens.peek();
      if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
        chain.add(new Comparison(tokens.next().text(), sum()));
      } else if (tokens.takeName("in")) {
        chain.add(new Comparison("in", sum()));
      } else if (token.isName("not") && tokens.second().isName("in")) {
        tokens.next();
        tokens.next();
        chain.add(new Comparison("not in", sum()));
      } else {
        return chain.isEmpty() ? first : frame -> holds(first, chain, frame);
      }
    }
  }

  private static boolean holds(Expression first, List<Comparison> chain, Frame frame) {
    Object left = first.value(frame);
    for (Comparison comparison : chain) {
      Object right = comparison.right.value(frame);
      if (!holds(comparison.operator, left, right, frame.work())) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private static boolean holds(String operator, Object left, Object right, Work work) {
    return switch (operator) {
      case "in" -> Access.contains(right, left, work);
      case "not in" -> !Access.contains(right, left, work);
      default -> Tests.compare(operator, left, right, work);
    };
  }

  private Expression sum() {
    Expression value = concatenation();
    while (tokens.peek().isOperator("+") || tokens.peek().isOperator("-")) {
      value = binary(tokens.next().text(), value, concatenation());
    }
    return value;
  }

  private Expression concatenation() {
    Expression value = product();
    while (tokens.take("~")) {
      Expression left = value;
      Expression right = product();
      value =
          frame -> {
            String start = Printing.text(left.value(frame), frame.work());
            String end = Printing.text(right.value(frame), frame.work());
            frame.work().characters((long) start.length() + end.length());
            return start + end;
          };
    }
    return value;
  }

  private Expression product() {
    Expression value = power();
    while (List.of("*", "/", "//", "%").contains(tokens.peek().text())
        && tokens.peek().kind() == Kind.OPERATOR) {
      value = binary(tokens.next().text(), value, power());
    }
    return value;
  }

  private Expression power() {
    Expression value = signed(true);
    while (tokens.take("**")) {
      value = binary("**", value, signed(true));
    }
    return value;
  }

  private Expression signed(boolean withFilters) {
    Expression value;
    tokens.enter();
    if (tokens.take("-")) {
      Expression positive = signed(false);
      value = frame -> Arithmetic.negative(positive.value(frame));
    } else if (tokens.take("+")) {
      Expression number = signed(false);
      value = frame -> Arithmetic.negative(Arithmetic.negative(number.value(frame)));
    } else {
      value = operands.operand();
    }
    tokens.leave();
    value = operands.postfix(value);
    return withFilters ? operands.filtersAndTests(value) : value;
  }

  private static Expression binary(String operator, Expression left, Expression right) {
    return frame -> Arithmetic.apply(operator, left.value(frame), right.value(frame), frame.work());
  }
}
