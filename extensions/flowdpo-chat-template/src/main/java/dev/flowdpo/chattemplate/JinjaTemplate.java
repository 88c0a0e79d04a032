package dev.flowdpo.chattemplate;

import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A parsed template in the Jinja2 language, rendered as Hugging Face renders chat templates: {@code
 * trim_blocks} and {@code lstrip_blocks} on, no escaping of HTML, the tags {@code generation},
 * {@code break} and {@code continue}, the functions {@code raise_exception} and {@code
 * strftime_now}, and a {@code tojson} that is Python's {@code json.dumps}.
 *
 * <p>Values have Python's text forms, operators, methods and errors, of which the part is here that
 * chat templates use. There are no other templates to read ({@code include}, {@code import}, {@code
 * extends}), no random choices, and no way to a file or to a Java object. Work and depth of one
 * rendering are bounded by what there is to render, so that a hostile template ends with an
 * exception: for a chat of some turns after about ten milliseconds.
 *
 * <p>Immutable and thread-safe.
 */
final class JinjaTemplate {
  private static final int MAX_LENGTH = 1 << 20;

  private final Statement body;

  private JinjaTemplate(Statement body) {
    this.body = body;
  }

  /**
   * {@return the parsed template}
   *
   * @param source the text of the template, of at most 1,048,576 characters
   * @throws ChatTemplateException if it is malformed or uses a tag that is not supported
   */
  static JinjaTemplate parse(String source) {
    if (source.length() > MAX_LENGTH) {
      throw new ChatTemplateException(
          "expected a template of at most " + MAX_LENGTH + " characters, found " + source.length());
    }
    try {
      return new JinjaTemplate(TemplateParser.parse(Lexer.tokens(source)));
    } catch (StackOverflowError e) {
      throw new ChatTemplateException("expected a template that nests less deeply");
    }
  }

  /**
   * {@return the rendered text}
   *
   * @param variables what the template sees: null, truth values, numbers, strings, lists and maps
   * @param clock the time that {@code strftime_now} tells
   * @param maxSteps the most steps; empty for a number that follows from the variables
   * @throws ChatTemplateException if the template calls {@code raise_exception}, uses a value as
   *     Python would not, or goes beyond its limits
   */
  String render(
      Map<String, ? extends @Nullable Object> variables,
      Supplier<LocalDateTime> clock,
      OptionalLong maxSteps) {
    Input input = new Input();
    Map<String, Object> known = new LinkedHashMap<>(Globals.of(clock));
    variables.forEach((name, value) -> known.put(name, input.copy(value)));
    Work work = new Work(maxSteps.orElse(input.steps()));
    try {
      return Statement.printed(body, new Frame(known, work).inner());
    } catch (ChatTemplateException e) {
      throw new ChatTemplateException(work.line(), e);
    } catch (StackOverflowError e) {
      throw new ChatTemplateException(work.line(), "expected less deeply nested calls");
    }
  }
}
