package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Statement.Next;
import dev.flowdpo.chattemplate.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses a template: text, what is printed, and tags. Used by one thread. */
final class TemplateParser {
  private static final Set<String> OTHER_TEMPLATES = Set.of("include", "import", "from", "extends");

  private final Tokens tokens;
  private final ExpressionParser expressions;
  private final LoopParser loops;
  private final DefinitionParser definitions;
  private int loopDepth;

  private TemplateParser(Tokens tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
    this.loops = new LoopParser(tokens, expressions, this);
    this.definitions = new DefinitionParser(tokens, expressions, this, loops);
  }

  /**
   * {@return what the tokens say}
   *
   * @throws ChatTemplateException if they are not a template
   */
  static Statement parse(List<Token> list) {
    Tokens tokens = new Tokens(list);
    TemplateParser parser = new TemplateParser(tokens);
    try {
      Statement template = parser.body(Set.of());
      if (tokens.peek().kind() != Kind.END) {
        throw tokens.unexpected("the end of the template");
      }
      return template;
    } catch (ChatTemplateException e) {
      throw new ChatTemplateException(tokens.peek().line(), e);
    }
  }

  /** {@return what stands before one of the tags, whose name is then next} */
  Statement body(Set<String> ends) {
    tokens.enter();
    List<Statement> statements = new ArrayList<>();
    while (tokens.peek().kind() != Kind.END) {
      Token token = tokens.next();
      if (token.kind() == Kind.TEXT) {
        statements.add((frame, output) -> print(token.text(), frame, output));
      } else if (token.kind() == Kind.PRINT_BEGIN) {
        statements.add(printed(token.line()));
      } else {
        if (tokens.peek().kind() == Kind.NAME && ends.contains(tokens.peek().text())) {
          break;
        }
        statements.add(tag(token.line()));
      }
    }
    if (tokens.peek().kind() == Kind.END && !ends.isEmpty()) {
      throw tokens.unexpected("one of the tags " + ends.stream().sorted().toList());
    }
    tokens.leave();
    return Statement.all(statements);
  }

  /** {@return what stands before the tag, which is then taken} */
  Statement bodyTo(String end) {
    Statement body = body(Set.of(end));
    tokens.expectName(end);
    return body;
  }

  /** {@return what the body of a loop says, in which the loop may be left} */
  Statement loopBody(Set<String> ends) {
    loopDepth++;
    Statement body = body(ends);
    loopDepth--;
    return body;
  }

  /** {@return what a macro's or block's body says, which cannot leave a loop around it} */
  Statement apart(String end) {
    int depth = loopDepth;
    loopDepth = 0;
    Statement body = bodyTo(end);
    loopDepth = depth;
    return body;
  }

  private static Next print(String text, Frame frame, StringBuilder output) {
    frame.work().characters(text.length());
    output.append(text);
    return Next.FOLLOWING;
  }

  private Statement printed(int line) {
    Expression value = expressions.expressions();
    tokens.expect(Kind.PRINT_END, "the end of the expression");
    return (frame, output) -> {
      frame.work().at(line);
      return print(Printing.text(value.value(frame), frame.work()), frame, output);
    };
  }

  private Statement tag(int line) {
    String name = tokens.expect(Kind.NAME, "the name of a tag").text();
    Statement statement =
        switch (name) {
          case "if" -> condition();
          case "for" -> loops.loop();
          case "set" -> definitions.assignment();
          case "macro" -> definitions.macro();
          case "call" -> definitions.callBlock();
          case "filter" -> definitions.filterBlock();
          case "with" -> definitions.with();
          case "generation" -> section("endgeneration");
          case "break" -> leave(name, Next.END_OF_LOOP);
          case "continue" -> leave(name, Next.NEXT_ITEM);
          default -> throw unknown(name);
        };
    tokens.expectEnd();
    return (frame, output) -> {
      frame.work().at(line);
      frame.work().steps(1);
      return statement.run(frame, output);
    };
  }

  private ChatTemplateException unknown(String name) {
    if (OTHER_TEMPLATES.contains(name)) {
      return new ChatTemplateException(
          "expected a template in one file, found the tag \"" + name + "\", which reads another");
    }
    return new ChatTemplateException(
        "expected one of the tags for, if, set, macro, call, filter, with, generation, raw,"
            + " break and continue, found \""
            + name
            + "\"");
  }

  private Statement condition() {
    Expression test = expressions.expressions();
    tokens.expectEnd();
    Statement then = body(Set.of("elif", "else", "endif"));
    Statement otherwise = Statement.all(List.of());
    if (tokens.takeName("elif")) {
      tokens.enter();
      otherwise = condition();
      tokens.leave();
    } else if (tokens.takeName("else")) {
      tokens.expectEnd();
      otherwise = bodyTo("endif");
    } else {
      tokens.expectName("endif");
    }
    Statement not = otherwise;
    return (frame, output) -> (Values.isTrue(test.value(frame)) ? then : not).run(frame, output);
  }

  private Statement section(String end) {
    tokens.expectEnd();
    Statement body = apart(end);
    return (frame, output) -> body.run(frame.inner(), output);
  }

  private Statement leave(String name, Next next) {
    if (loopDepth == 0) {
      throw new ChatTemplateException("expected \"" + name + "\" in a loop only, found it outside");
    }
    return (frame, output) -> next;
  }
}
