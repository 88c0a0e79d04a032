package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Token.Kind;
import dev.flowdpo.chattemplate.Values.Callable;
import dev.flowdpo.chattemplate.Values.None;
import dev.flowdpo.chattemplate.Values.Tuple;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Parses names, literals and what follows them: parts, calls, filters and tests. */
final class OperandParser {
  private static final int MAX_DIGITS = 400;

  private final Tokens tokens;
  private final ExpressionParser expressions;

  OperandParser(Tokens tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  /** {@return whether an expression can begin with the token} */
  boolean begins(Token token) {
    return switch (token.kind()) {
      case NAME -> !token.isName("in") && !token.isName("if") && !token.isName("else");
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> List.of("(", "[", "{", "-", "+").contains(token.text());
      default -> false;
    };
  }

  /** {@return a tuple of the values} */
  static Expression tuple(List<Expression> items) {
    List<Expression> copy = List.copyOf(items);
    return frame -> new Tuple(values(copy, frame));
  }

  private static List<Object> values(List<Expression> items, Frame frame) {
    frame.work().steps(1 + items.size());
    List<Object> values = new ArrayList<>();
    items.forEach(item -> values.add(item.value(frame)));
    return values;
  }

  /** {@return a name, a literal or an expression in brackets} */
  Expression operand() {
    Token token = tokens.next();
    return switch (token.kind()) {
      case NAME -> name(token.text());
      case STRING -> string(token.text());
      case INTEGER -> constant(integer(token.text().replace("_", "").toLowerCase(Locale.ROOT)));
      case FLOAT -> constant(Double.parseDouble(token.text().replace("_", "")));
      default -> bracketed(token);
    };
  }

  private static Expression constant(Object value) {
    return frame -> value;
  }

  private static Expression name(String name) {
    return switch (name) {
      case "true", "True" -> constant(true);
      case "false", "False" -> constant(false);
      case "none", "None" -> constant(None.NONE);
      default -> frame -> frame.get(name);
    };
  }

  private Expression string(String first) {
    StringBuilder text = new StringBuilder(first);
    while (tokens.peek().kind() == Kind.STRING) {
      text.append(tokens.next().text());
    }
    return constant(text.toString());
  }

  private static BigInteger integer(String digits) {
    if (digits.length() > MAX_DIGITS) {
      throw new ChatTemplateException("expected a number of at most " + MAX_DIGITS + " digits");
    }
    int radix =
        switch (digits.length() < 2 ? ' ' : digits.charAt(1)) {
          case 'b' -> 2;
          case 'o' -> 8;
          case 'x' -> 16;
          default -> 10;
        };
    return new BigInteger(radix == 10 ? digits : digits.substring(2), radix);
  }

  private Expression bracketed(Token token) {
    if (token.isOperator("(")) {
      if (tokens.take(")")) {
        return tuple(List.of());
      }
      Expression inside = expressions.expressions();
      tokens.expect(")");
      return inside;
    }
    if (token.isOperator("[")) {
      List<Expression> items = new ArrayList<>();
      while (!tokens.take("]")) {
        items.add(expressions.expression());
        if (!tokens.peek().isOperator("]")) {
          tokens.expect(",");
        }
      }
      return frame -> values(items, frame);
    }
    if (token.isOperator("{")) {
      return mapping();
    }
    throw new ChatTemplateException("expected an expression, found " + token.shown());
  }

  private Expression mapping() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> items = new ArrayList<>();
    while (!tokens.take("}")) {
      keys.add(expressions.expression());
      tokens.expect(":");
      items.add(expressions.expression());
      if (!tokens.peek().isOperator("}")) {
        tokens.expect(",");
      }
    }
    return frame -> {
      frame.work().steps(1 + keys.size());
      Map<Object, Object> mapping = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        mapping.put(Access.key(keys.get(i).value(frame)), items.get(i).value(frame));
      }
      return mapping;
    };
  }

  /** {@return the value with the parts, indices and calls that follow it} */
  Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      Expression before = value;
      if (tokens.take(".")) {
        value = part(before);
      } else if (tokens.take("[")) {
        value = index(before);
      } else if (tokens.take("(")) {
        value = call(before);
      } else {
        return value;
      }
    }
  }

  /** {@return the value with the parts that follow it, up to a call} */
  Expression postfixWithoutCall(Expression start) {
    Expression value = start;
    while (tokens.take(".")) {
      value = part(value);
    }
    return value;
  }

  private Expression part(Expression of) {
    Token token = tokens.next();
    if (token.kind() == Kind.INTEGER) {
      BigInteger place = integer(token.text());
      return frame -> Access.item(of.value(frame), place, frame.work());
    }
    if (token.kind() != Kind.NAME) {
      throw new ChatTemplateException("expected a name after \".\", found " + token.shown());
    }
    return frame -> Access.attribute(of.value(frame), token.text(), frame.work());
  }

  private Expression index(Expression of) {
    Expression[] bounds = {frame -> None.NONE, frame -> None.NONE, frame -> None.NONE};
    int colons = 0;
    while (!tokens.peek().isOperator("]")) {
      if (tokens.take(":")) {
        colons++;
        if (colons == bounds.length) {
          throw new ChatTemplateException("expected at most two \":\" in a slice, found more");
        }
      } else {
        bounds[colons] = expressions.expressions();
      }
    }
    tokens.expect("]");
    if (colons == 0) {
      return frame -> Access.item(of.value(frame), bounds[0].value(frame), frame.work());
    }
    return frame ->
        Access.slice(
            of.value(frame),
            bounds[0].value(frame),
            bounds[1].value(frame),
            bounds[2].value(frame),
            frame.work());
  }

  /** Arguments of a call, whose opening bracket is taken. */
  record Call(List<Expression> positional, Map<String, Expression> named) {
    Arguments arguments(Frame frame) {
      Map<String, Object> values = new LinkedHashMap<>();
      List<Object> places = values(positional, frame);
      named.forEach((name, value) -> values.put(name, value.value(frame)));
      return new Arguments(places, values, frame.work());
    }
  }

  /** {@return the arguments up to the closing bracket, which is taken} */
  Call arguments() {
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    while (!tokens.take(")")) {
      if (tokens.peek().kind() == Kind.NAME && tokens.second().isOperator("=")) {
        String name = tokens.next().text();
        tokens.next();
        named.put(name, expressions.expression());
      } else if (named.isEmpty()) {
        positional.add(expressions.expression());
      } else {
        throw tokens.unexpected("an argument with a name, after others with one");
      }
      if (!tokens.peek().isOperator(")")) {
        tokens.expect(",");
      }
    }
    return new Call(positional, named);
  }

  private Expression call(Expression function) {
    Call call = arguments();
    return frame -> {
      Object called = function.value(frame);
      if (called instanceof Callable callable) {
        frame.work().steps(1);
        return callable.call(call.arguments(frame));
      }
      throw called instanceof Undefined undefined
          ? undefined.error()
          : new ChatTemplateException("expected a function, found " + Values.typeName(called));
    };
  }

  /** {@return the value with the filters and tests that follow it} */
  Expression filtersAndTests(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.take("|")) {
        value = filter(value);
      } else if (tokens.takeName("is")) {
        value = test(value);
      } else if (tokens.take("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  /** {@return the value through the filter whose name is next} */
  Expression filter(Expression of) {
    String name = tokens.expect(Kind.NAME, "the name of a filter").text();
    Call call = tokens.take("(") ? arguments() : new Call(List.of(), Map.of());
    return frame -> Filters.named(name).apply(of.value(frame), call.arguments(frame));
  }

  private Expression test(Expression of) {
    boolean negated = tokens.takeName("not");
    String name = tokens.expect(Kind.NAME, "the name of a test").text();
    Call call = new Call(List.of(), Map.of());
    if (tokens.take("(")) {
      call = arguments();
    } else if (startsArgument(tokens.peek())) {
      call = new Call(List.of(postfix(operand())), Map.of());
    }
    Call given = call;
    return frame -> negated != Tests.named(name).holds(of.value(frame), given.arguments(frame));
  }

  private static boolean startsArgument(Token token) {
    return switch (token.kind()) {
      case STRING, INTEGER, FLOAT -> true;
      case NAME -> !List.of("else", "or", "and", "is").contains(token.text());
      case OPERATOR -> token.isOperator("[") || token.isOperator("{");
      default -> false;
    };
  }
}
