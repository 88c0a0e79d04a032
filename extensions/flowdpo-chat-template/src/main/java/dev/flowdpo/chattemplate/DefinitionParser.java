package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.OperandParser.Call;
import dev.flowdpo.chattemplate.Statement.Next;
import dev.flowdpo.chattemplate.Token.Kind;
import dev.flowdpo.chattemplate.Values.Callable;
import dev.flowdpo.chattemplate.Values.Namespace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses the tags that set variables, define macros, or do something with a body's text. */
final class DefinitionParser {
  private static final String END_OF_FILTER = "endfilter";

  private final Tokens tokens;
  private final ExpressionParser expressions;
  private final TemplateParser templates;
  private final LoopParser targets;
  private final OperandParser operands;

  DefinitionParser(
      Tokens tokens, ExpressionParser expressions, TemplateParser templates, LoopParser targets) {
    this.tokens = tokens;
    this.expressions = expressions;
    this.templates = templates;
    this.targets = targets;
    this.operands = expressions.operands();
  }

  /** {@return an assignment of a value or of a block's text} */
  Statement assignment() {
    LoopParser.Target target =
        tokens.peek().kind() == Kind.NAME && tokens.second().isOperator(".")
            ? part()
            : targets.target();
    if (tokens.take("=")) {
      Expression value = expressions.expressions();
      return (frame, output) -> {
        target.set(value.value(frame), frame);
        return Next.FOLLOWING;
      };
    }
    Expression text = filteredBody("endset");
    return (frame, output) -> {
      target.set(text.value(frame), frame);
      return Next.FOLLOWING;
    };
  }

  /** A part of a namespace, the one thing that a loop's body can change. */
  private LoopParser.Target part() {
    String variable = tokens.next().text();
    tokens.expect(".");
    String part = tokens.expect(Kind.NAME, "a name").text();
    return (value, frame) -> {
      if (!(frame.get(variable) instanceof Namespace namespace)) {
        throw new ChatTemplateException("expected \"" + variable + "\" to be a namespace");
      }
      namespace.variables().put(part, value);
    };
  }

  /** {@return the text of the body up to the tag, through the filters that are next} */
  private Expression filteredBody(String end) {
    List<Statement> body = new ArrayList<>();
    Expression value = frame -> Statement.printed(body.get(0), frame.inner());
    if (end.equals(END_OF_FILTER)) {
      value = operands.filter(value);
    }
    while (tokens.take("|")) {
      value = operands.filter(value);
    }
    tokens.expectEnd();
    body.add(templates.apart(end));
    return value;
  }

  /** {@return a block whose text goes through filters} */
  Statement filterBlock() {
    Expression text = filteredBody(END_OF_FILTER);
    return (frame, output) -> {
      output.append(Printing.text(text.value(frame), frame.work()));
      return Next.FOLLOWING;
    };
  }

  /** {@return a block with variables of its own} */
  Statement with() {
    List<LoopParser.Target> names = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (tokens.peek().kind() != Kind.TAG_END) {
      if (!names.isEmpty()) {
        tokens.expect(",");
      }
      String name = tokens.expect(Kind.NAME, "a name").text();
      names.add((value, frame) -> frame.set(name, value));
      tokens.expect("=");
      values.add(expressions.expression());
    }
    tokens.expectEnd();
    Statement body = templates.bodyTo("endwith");
    return (frame, output) -> {
      Frame inside = frame.inner();
      for (int i = 0; i < names.size(); i++) {
        names.get(i).set(values.get(i).value(frame), inside);
      }
      return body.run(inside, output);
    };
  }

  /** {@return the definition of a macro} */
  Statement macro() {
    String name = tokens.expect(Kind.NAME, "the name of the macro").text();
    tokens.expect("(");
    List<String> names = new ArrayList<>();
    Map<String, Expression> fallbacks = new LinkedHashMap<>();
    parameters(names, fallbacks);
    Macro.Definition definition = body(name, names, fallbacks, "endmacro");
    return (frame, output) -> {
      frame.set(name, new Macro(definition, frame));
      return Next.FOLLOWING;
    };
  }

  /** {@return a call of a macro that gets the body as its caller} */
  Statement callBlock() {
    List<String> names = new ArrayList<>();
    Map<String, Expression> fallbacks = new LinkedHashMap<>();
    if (tokens.take("(")) {
      parameters(names, fallbacks);
    }
    Expression macro = operands.postfixWithoutCall(operands.operand());
    tokens.expect("(");
    Call call = operands.arguments();
    Macro.Definition caller = body("caller", names, fallbacks, "endcall");
    return (frame, output) -> {
      if (!(macro.value(frame) instanceof Callable callable)) {
        throw new ChatTemplateException("expected a macro to call, found none");
      }
      Arguments given = call.arguments(frame);
      Map<String, Object> named = new LinkedHashMap<>(given.named());
      named.put("caller", new Macro(caller, frame));
      Object text = callable.call(new Arguments(given.positional(), named, frame.work()));
      output.append(Printing.text(text, frame.work()));
      return Next.FOLLOWING;
    };
  }

  private Macro.Definition body(
      String name, List<String> names, Map<String, Expression> fallbacks, String end) {
    tokens.expectEnd();
    Statement body = templates.apart(end);
    return new Macro.Definition(name, List.copyOf(names), Map.copyOf(fallbacks), body);
  }

  private void parameters(List<String> names, Map<String, Expression> fallbacks) {
    while (!tokens.take(")")) {
      String name = tokens.expect(Kind.NAME, "the name of a parameter").text();
      names.add(name);
      if (tokens.take("=")) {
        fallbacks.put(name, expressions.expression());
      }
      if (!tokens.peek().isOperator(")")) {
        tokens.expect(",");
      }
    }
  }
}
