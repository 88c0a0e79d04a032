package dev.flowdpo.runtime.text;

/**
 * One turn of a chat.
 *
 * @param role who speaks: {@code system}, {@code user} or {@code assistant}, as far as the model's
 *     template knows them
 * @param content what is said
 */
public record ChatMessage(String role, String content) {
  /** {@return a turn of the user} */
  public static ChatMessage user(String content) {
    return new ChatMessage("user", content);
  }

  /** {@return a turn of the model} */
  public static ChatMessage assistant(String content) {
    return new ChatMessage("assistant", content);
  }

  /** {@return what the model is told before the chat} */
  public static ChatMessage system(String content) {
    return new ChatMessage("system", content);
  }
}
