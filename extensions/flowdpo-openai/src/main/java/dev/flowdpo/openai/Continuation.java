package dev.flowdpo.openai;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How an endpoint is asked to go on with a partial answer. A flow writes chunk by chunk, so that
 * every chunk but the first continues what is there; an endpoint that begins a new answer instead,
 * as the chat endpoint of OpenAI does, cannot follow it, and is used with {@link #wholeAnswer}
 * only.
 *
 * <table>
 * <caption>Which to take</caption>
 * <tr><td>any server with {@code /completions}</td><td>{@link #completions(Function)}</td></tr>
 * <tr><td>vLLM, SGLang</td><td>{@link #vllm()}</td></tr>
 * <tr><td>Mistral, DeepSeek (beta)</td><td>{@link #prefixMessage()}</td></tr>
 * <tr><td>llama.cpp</td><td>{@link #lastMessage lastMessage(Map.of(), Map.of())}</td></tr>
 * <tr><td>OpenAI's chat and others like it</td><td>{@link #wholeAnswer()}</td></tr>
 * </table>
 *
 * <p>Immutable and thread-safe, if the function is.
 */
public final class Continuation {
  private final Kind kind;
  private final Function<Problem, String> prompt;
  private final Map<String, Object> requestFields;
  private final Map<String, Object> messageFields;

  enum Kind {
    COMPLETIONS,
    LAST_MESSAGE,
    WHOLE_ANSWER
  }

  private Continuation(
      Kind kind,
      Function<Problem, String> prompt,
      Map<String, ?> requestFields,
      Map<String, ?> messageFields) {
    this.kind = kind;
    this.prompt = Objects.requireNonNull(prompt, "prompt");
    this.requestFields = Map.copyOf(requestFields);
    this.messageFields = Map.copyOf(messageFields);
  }

  /**
   * Returns the continuation of plain text: {@code /completions} is sent the prompt and what has
   * been written, and writes what comes next. Sure to continue, with any model; the prompt is yours
   * to render, with the model's chat template where it has one.
   *
   * @param prompt gives the text before an answer; thread-safe
   */
  public static Continuation completions(Function<Problem, String> prompt) {
    return new Continuation(Kind.COMPLETIONS, prompt, Map.of(), Map.of());
  }

  /**
   * {@return the continuation of plain text after the problem's messages, a blank line after each}
   */
  public static Continuation completions() {
    return completions(
        problem ->
            problem.messages().stream()
                .map(Message::content)
                .collect(Collectors.joining("\n\n", "", "\n\n")));
  }

  /**
   * Returns the continuation of a conversation whose last message is the assistant's, as far as it
   * is written: {@code /chat/completions} is sent it with fields that say to go on with it. Before
   * the first chunk there is no such message, and the fields are not sent. Templates that trim
   * messages take away blanks at the end of what is there.
   *
   * @param requestFields what to add to the request; may be none
   * @param messageFields what to add to the last message; may be none
   * @throws InvalidInputException if a field is one that is sent anyway
   */
  public static Continuation lastMessage(
      Map<String, ?> requestFields, Map<String, ?> messageFields) {
    RequestFields.refuseOwn("requestFields", requestFields);
    for (String name : new String[] {"role", "content"}) {
      if (messageFields.containsKey(name)) {
        throw new InvalidInputException(
            "messageFields: expected fields beside role and content, found " + name + ".");
      }
    }
    return new Continuation(Kind.LAST_MESSAGE, problem -> "", requestFields, messageFields);
  }

  /**
   * {@return the continuation of the last message as vLLM has it: {@code continue_final_message}
   * true and {@code add_generation_prompt} false}
   */
  public static Continuation vllm() {
    return lastMessage(
        Map.of("continue_final_message", true, "add_generation_prompt", false), Map.of());
  }

  /** {@return the continuation of a last message that is marked with {@code prefix} true} */
  public static Continuation prefixMessage() {
    return lastMessage(Map.of(), Map.of("prefix", true));
  }

  /**
   * Returns no continuation: {@code /chat/completions} writes whole answers, and a flow has one
   * chunk a solution. The policy refuses to go on after it, so set {@code maxChunks(1)} and a chunk
   * size that an answer fits in.
   */
  public static Continuation wholeAnswer() {
    return new Continuation(Kind.WHOLE_ANSWER, problem -> "", Map.of(), Map.of());
  }

  boolean isChat() {
    return kind != Kind.COMPLETIONS;
  }

  boolean continues() {
    return kind != Kind.WHOLE_ANSWER;
  }

  String path() {
    return isChat() ? "/chat/completions" : "/completions";
  }

  /** Returns the text before an answer, of {@code /completions}. */
  String prompt(Problem problem) {
    return Objects.requireNonNull(prompt.apply(problem), "prompt");
  }

  Map<String, Object> requestFields() {
    return requestFields;
  }

  Map<String, Object> messageFields() {
    return messageFields;
  }

  /** {@return which it is, for logs} */
  @Override
  public String toString() {
    return "Continuation[" + kind + ", " + requestFields + ", " + messageFields + "]";
  }
}
