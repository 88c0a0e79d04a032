package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Statement.Next;
import dev.flowdpo.chattemplate.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses loops and the names that a value is unpacked into. Used by one thread. */
final class LoopParser {
  private final Tokens tokens;
  private final ExpressionParser expressions;
  private final TemplateParser templates;

  LoopParser(Tokens tokens, ExpressionParser expressions, TemplateParser templates) {
    this.tokens = tokens;
    this.expressions = expressions;
    this.templates = templates;
  }

  /** Names that take a value. */
  @FunctionalInterface
  interface Target {
    /** Gives the value to the names in the frame. */
    void set(Object value, Frame frame);
  }

  /** {@return a name, or names with commas between them that take a value's items} */
  Target target() {
    tokens.enter();
    List<Target> targets = new ArrayList<>(List.of(oneTarget()));
    boolean several = false;
    while (tokens.take(",")) {
      several = true;
      if (tokens.peek().kind() != Kind.NAME && !tokens.peek().isOperator("(")) {
        break;
      }
      targets.add(oneTarget());
    }
    tokens.leave();
    return several ? (value, frame) -> unpack(targets, value, frame) : targets.get(0);
  }

  private Target oneTarget() {
    if (tokens.take("(")) {
      Target inside = target();
      tokens.expect(")");
      return inside;
    }
    String name = tokens.expect(Kind.NAME, "a name").text();
    return (value, frame) -> frame.set(name, value);
  }

  private static void unpack(List<Target> targets, Object value, Frame frame) {
    List<Object> items = Values.items(value, frame.work());
    if (items.size() != targets.size()) {
      throw new ChatTemplateException(
          "expected a value for each of " + targets.size() + " names, found " + items.size());
    }
    for (int i = 0; i < items.size(); i++) {
      targets.get(i).set(items.get(i), frame);
    }
  }

  /** A loop as it is written. */
  private record Written(
      Target target, @Nullable Expression only, Statement body, Statement otherwise) {}

  /** {@return a loop, whose first word is taken} */
  Statement loop() {
    Target target = target();
    tokens.expectName("in");
    // A condition may follow, so none is part of what is gone through.
    Expression over = expressions.several(expressions::disjunction);
    @Nullable Expression only = tokens.takeName("if") ? expressions.expression() : null;
    boolean recursive = tokens.takeName("recursive");
    tokens.expectEnd();
    Statement body = templates.loopBody(Set.of("else", "endfor"));
    Statement otherwise = Statement.all(List.of());
    if (tokens.takeName("else")) {
      tokens.expectEnd();
      otherwise = templates.bodyTo("endfor");
    } else {
      tokens.expectName("endfor");
    }
    Written written = new Written(target, only, body, otherwise);
    return (frame, output) -> {
      run(written, over.value(frame), recursive, frame, output);
      return Next.FOLLOWING;
    };
  }

  private static void run(
      Written loop, Object over, boolean recursive, Frame frame, StringBuilder output) {
    Work work = frame.work();
    work.enter();
    List<Object> items = passing(loop, Values.items(over, work), frame);
    Loop variable = new Loop(items, inner -> again(loop, inner, recursive, frame));
    Next next = Next.FOLLOWING;
    for (int i = 0; i < items.size() && next != Next.END_OF_LOOP; i++) {
      work.steps(1);
      Frame body = frame.inner();
      variable.at(i);
      body.set("loop", variable);
      loop.target.set(items.get(i), body);
      next = loop.body.run(body, output);
    }
    if (items.isEmpty()) {
      loop.otherwise.run(frame.inner(), output);
    }
    work.leave();
  }

  private static Object again(Written loop, Object items, boolean recursive, Frame frame) {
    if (!recursive) {
      throw new ChatTemplateException("expected a call of loop in a recursive loop only");
    }
    StringBuilder output = new StringBuilder();
    run(loop, items, true, frame, output);
    frame.work().characters(output.length());
    return output.toString();
  }

  private static List<Object> passing(Written loop, List<Object> items, Frame frame) {
    if (loop.only == null) {
      return items;
    }
    List<Object> passing = new ArrayList<>();
    for (Object item : items) {
      Frame tested = frame.inner();
      loop.target.set(item, tested);
      if (Values.isTrue(loop.only.value(tested))) {
        passing.add(item);
      }
    }
    return passing;
  }
}
