package dev.flowdpo.langchain4j;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.value.Message;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a chat model is asked to go on with a partial answer: a flow writes chunk by chunk, and a
 * chat model whole replies.
 *
 * <table>
 * <caption>Which to take</caption>
 * <tr><td>OpenAI, Gemini, any chat model</td><td>{@link #instruction()}</td></tr>
 * <tr><td>models that go on with a last message of their own, as many local ones do; try
 * it</td><td>{@link #lastMessage()}</td></tr>
 * <tr><td>single replies, one chunk a solution</td><td>{@link #wholeAnswer()}</td></tr>
 * </table>
 *
 * <p>Immutable and thread-safe.
 */
public final class ChatContinuation {
  private static final String GO_ON =
      "Your answer above is not finished. Go on exactly where it breaks off, in the same style,"
          + " without repeating or introducing anything.";

  private final boolean continues;
  private final Optional<String> instruction;

  private ChatContinuation(boolean continues, Optional<String> instruction) {
    this.continues = continues;
    this.instruction = instruction;
  }

  /** {@return the continuation by a user's message that says to go on} */
  public static ChatContinuation instruction() {
    return instruction(GO_ON);
  }

  /**
   * {@return the continuation by a user's message of these words after what is written}
   *
   * @throws InvalidInputException if they are blank
   */
  public static ChatContinuation instruction(String words) {
    if (words.isBlank()) {
      throw new InvalidInputException("instruction: expected words that say to go on, found none.");
    }
    return new ChatContinuation(true, Optional.of(words));
  }

  /** {@return the continuation of a last message, the model's own, as far as it is written} */
  public static ChatContinuation lastMessage() {
    return new ChatContinuation(true, Optional.empty());
  }

  /**
   * {@return no continuation: one chunk is the whole answer} Set {@code maxChunks(1)} and a chunk
   * size that an answer fits in; the policy refuses to go on.
   */
  public static ChatContinuation wholeAnswer() {
    return new ChatContinuation(false, Optional.empty());
  }

  List<ChatMessage> messages(PartialAnswer prefix) {
    List<ChatMessage> messages = new ArrayList<>(conversation(prefix.problem().messages()));
    if (prefix.depth() > 0) {
      if (!continues) {
        throw new FlowException(
            "ChatModelPolicy: expected to write whole answers, found one of %d chunks to go on with."
                    .formatted(prefix.depth())
                + " Set maxChunks(1), or another ChatContinuation.");
      }
      messages.add(AiMessage.from(prefix.text()));
      instruction.ifPresent(words -> messages.add(UserMessage.from(words)));
    }
    return messages;
  }

  static List<ChatMessage> conversation(List<Message> messages) {
    return messages.stream().map(ChatContinuation::message).toList();
  }

  /**
   * Returns what goes between an answer and a new reply that begins: replies begin without blanks.
   */
  String joint(PartialAnswer prefix) {
    String before = prefix.text();
    boolean open = before.isEmpty() || Character.isWhitespace(before.charAt(before.length() - 1));
    return instruction.isPresent() && prefix.endedBySequenceEnd() && !open ? "\n" : "";
  }

  private static ChatMessage message(Message message) {
    return switch (message.role()) {
      case SYSTEM -> SystemMessage.from(message.content());
      case USER -> UserMessage.from(message.content());
      case ASSISTANT -> AiMessage.from(message.content());
    };
  }

  /** {@return which it is, for logs} */
  @Override
  public String toString() {
    return "ChatContinuation["
        + (continues ? instruction.orElse("last message") : "whole answer")
        + "]";
  }
}
