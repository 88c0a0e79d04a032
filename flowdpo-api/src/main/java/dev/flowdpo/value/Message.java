package dev.flowdpo.value;

import java.util.Objects;

/**
 * One turn of a conversation. Immutable and thread-safe.
 *
 * @param role who speaks
 * @param content what is said
 */
public record Message(Role role, String content) {

  /** Who speaks. */
  public enum Role {
    /** The application, before the conversation: how the model is to behave. */
    SYSTEM,
    /** Who asks. */
    USER,
    /** The model, in an earlier turn. */
    ASSISTANT
  }

  /** Checks that both are there. */
  public Message {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
  }

  /** {@return what the model is told before the conversation} */
  public static Message system(String content) {
    return new Message(Role.SYSTEM, content);
  }

  /** {@return a turn of who asks} */
  public static Message user(String content) {
    return new Message(Role.USER, content);
  }

  /** {@return a turn of the model} */
  public static Message assistant(String content) {
    return new Message(Role.ASSISTANT, content);
  }
}
