package dev.flowdpo.chattemplate;

import java.time.Clock;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The text that a chat model was trained to read, made from messages by the Jinja template that
 * came with the model, byte for byte as Hugging Face's {@code apply_chat_template} makes it.
 *
 * <pre>{@code
 * ChatTemplate template =
 *     ChatTemplate.builder(source).specialToken("bos_token", "<s>").build();
 * String prompt = template.render(List.of(Map.of("role", "user", "content", "Hello")), true);
 * }</pre>
 *
 * <p>A message is a map as in JSON, with strings as keys and, as values, null, truth values,
 * numbers, strings, lists and maps: {@code role} and {@code content}, and whatever else the
 * template reads, such as {@code tool_calls} or a list of content parts. The template also sees
 * {@code add_generation_prompt}, {@code tools} and {@code documents} (both none unless given), the
 * special tokens, and further variables that the caller gives. What is supported of the language,
 * and its limits, are in the {@linkplain dev.flowdpo.chattemplate package's description}.
 *
 * <p>Immutable and thread-safe: parse a template once and render with it from any thread.
 */
public final class ChatTemplate {
  private final JinjaTemplate template;
  private final Map<String, String> specialTokens;
  private final Clock clock;
  private final OptionalLong maxSteps;

  private ChatTemplate(
      JinjaTemplate template,
      Map<String, String> specialTokens,
      Clock clock,
      OptionalLong maxSteps) {
    this.template = template;
    this.specialTokens = Map.copyOf(specialTokens);
    this.clock = clock;
    this.maxSteps = maxSteps;
  }

  /**
   * {@return a template without special tokens, on the system's clock}
   *
   * @param source the template in the Jinja language, of at most 1,048,576 characters
   * @throws ChatTemplateException if it is empty or malformed, or uses a tag that is not supported
   */
  public static ChatTemplate parse(String source) {
    return builder(source).build();
  }

  /**
   * {@return a builder}
   *
   * @param source the template in the Jinja language, of at most 1,048,576 characters
   */
  public static Builder builder(String source) {
    return new Builder(source);
  }

  /**
   * {@return this template on another clock; it is not parsed again}
   *
   * @param clock the clock that {@code strftime_now} tells the time by, with its time zone
   */
  public ChatTemplate at(Clock clock) {
    return new ChatTemplate(
        template, specialTokens, Objects.requireNonNull(clock, "clock"), maxSteps);
  }

  /**
   * {@return the text that the model reads}
   *
   * @param messages the chat so far
   * @param addGenerationPrompt whether the text ends where the model's next turn begins
   * @throws ChatTemplateException if the template refuses the messages, uses a value as Python
   *     would not, or goes beyond its limits
   */
  public String render(
      List<? extends Map<String, ? extends @Nullable Object>> messages,
      boolean addGenerationPrompt) {
    return render(messages, addGenerationPrompt, Map.of());
  }

  /**
   * {@return the text that the model reads}
   *
   * @param messages the chat so far
   * @param addGenerationPrompt whether the text ends where the model's next turn begins
   * @param variables what else the template knows, such as {@code tools}, {@code documents} or
   *     {@code enable_thinking}; they win over special tokens, not over the messages
   * @throws ChatTemplateException if the template refuses the messages, uses a value as Python
   *     would not, or goes beyond its limits
   */
  public String render(
      List<? extends Map<String, ? extends @Nullable Object>> messages,
      boolean addGenerationPrompt,
      Map<String, ? extends @Nullable Object> variables) {
    Map<String, @Nullable Object> known = new LinkedHashMap<>(specialTokens);
    known.put("tools", null);
    known.put("documents", null);
    known.putAll(variables);
    known.put("messages", messages);
    known.put("add_generation_prompt", addGenerationPrompt);
    return template.render(known, () -> LocalDateTime.now(clock), maxSteps);
  }

  /** Collects what a template needs besides its source. Not thread-safe. */
  public static final class Builder {
    private final String source;
    private final Map<String, String> specialTokens = new LinkedHashMap<>();
    private Clock clock = Clock.systemDefaultZone();
    private OptionalLong maxSteps = OptionalLong.empty();

    private Builder(String source) {
      this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * Sets a special token that the template may write.
     *
     * @param name as the template calls it, such as {@code bos_token}
     * @param text what it writes
     * @return this builder
     */
    public Builder specialToken(String name, String text) {
      specialTokens.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(text, "text"));
      return this;
    }

    /**
     * Sets special tokens by their names.
     *
     * @param tokens texts by names
     * @return this builder
     */
    public Builder specialTokens(Map<String, String> tokens) {
      tokens.forEach(this::specialToken);
      return this;
    }

    /**
     * Sets the clock that templates which call {@code strftime_now} tell the time by; by default
     * the system's, in its time zone. A fixed one makes such prompts repeatable.
     *
     * @param clock the clock, with its time zone
     * @return this builder
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Sets how much work one rendering may take, for a template that is trusted and needs more than
     * the default: 100,000 steps, 400 for each value of the messages and other variables, and two
     * for each of their characters. A step takes about 20 ns, or makes eight characters.
     *
     * @param steps at least 1
     * @return this builder
     * @throws ChatTemplateException if it is less
     */
    public Builder maxSteps(long steps) {
      if (steps < 1) {
        throw new ChatTemplateException("maxSteps: expected at least 1, found " + steps);
      }
      this.maxSteps = OptionalLong.of(steps);
      return this;
    }

    /**
     * {@return the parsed template}
     *
     * @throws ChatTemplateException if it is empty or malformed, or uses a tag that is not
     *     supported
     */
    public ChatTemplate build() {
      if (source.isBlank()) {
        throw new ChatTemplateException(
            "expected a template, found no text: it would hide the messages from the model");
      }
      return new ChatTemplate(JinjaTemplate.parse(source), specialTokens, clock, maxSteps);
    }
  }
}
