package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A conversation that ends with a question of the user and a reply of the assistant.
 *
 * @param history what was said before the question; mostly nothing
 * @param question what the user asks; not blank
 * @param reply what the assistant replies; may be empty
 */
record Conversation(List<Message> history, String question, String reply) {
  private static final String EXPECTED =
      "a list of messages {\"role\", \"content\"} of the roles system, user and assistant";

  Conversation {
    history = List.copyOf(history);
  }

  /** Returns the conversation in a column of messages. */
  static Conversation of(JsonRow row, String key) {
    List<Message> messages = messages(row, key);
    int last = messages.size() - 1;
    if (last < 1
        || messages.get(last).role() != Message.Role.ASSISTANT
        || messages.get(last - 1).role() != Message.Role.USER) {
      throw row.wrong(key, EXPECTED + " that ends with user, assistant", roles(messages));
    }
    return new Conversation(
        messages.subList(0, last - 1),
        notBlank(row, key, messages.get(last - 1).content()),
        messages.get(last).content());
  }

  /** Returns what is asked, with what was said before it. */
  Problem problem() {
    List<Message> messages = new ArrayList<>(history);
    messages.add(Message.user(question));
    return Problem.builder(messages).build();
  }

  /** Returns the messages of one column that end with the user's, and the one reply of another. */
  static Conversation of(JsonRow row, String promptKey, String replyKey) {
    List<Message> messages = messages(row, promptKey);
    int last = messages.size() - 1;
    if (last < 0 || messages.get(last).role() != Message.Role.USER) {
      throw row.wrong(promptKey, EXPECTED + " that ends with user", roles(messages));
    }
    String question = notBlank(row, promptKey, messages.get(last).content());
    return new Conversation(messages.subList(0, last), question, reply(row, replyKey));
  }

  /** Returns the question of one column, a text, and the one reply of another. */
  static Conversation answering(JsonRow row, String questionKey, String replyKey) {
    String question = notBlank(row, questionKey, row.string(questionKey));
    return new Conversation(List.of(), question, reply(row, replyKey));
  }

  private static String reply(JsonRow row, String key) {
    List<Message> messages = messages(row, key);
    if (messages.size() != 1 || messages.get(0).role() != Message.Role.ASSISTANT) {
      throw row.wrong(
          key, "a list of messages with the roles [assistant] and nothing else", roles(messages));
    }
    return messages.get(0).content();
  }

  /** Returns the messages in a column. */
  static List<Message> messages(JsonRow row, String key) {
    JsonNode column = row.require(key, EXPECTED);
    if (!column.isArray()) {
      throw row.wrong(key, EXPECTED, column);
    }
    List<Message> messages = new ArrayList<>();
    for (JsonNode message : column) {
      JsonNode content = message.path("content");
      if (!content.isTextual() || !message.path("role").isTextual()) {
        throw row.wrong(key, "messages with a text as \"role\" and a text as \"content\"", message);
      }
      messages.add(
          new Message(role(row, key, message.get("role").textValue()), content.textValue()));
    }
    return messages;
  }

  /** Returns messages as a column. */
  static ArrayNode json(List<Message> messages) {
    ArrayNode column = JsonNodeFactory.instance.arrayNode();
    for (Message message : messages) {
      column
          .addObject()
          .put("role", message.role().name().toLowerCase(Locale.ROOT))
          .put("content", message.content());
    }
    return column;
  }

  private static Message.Role role(JsonRow row, String key, String name) {
    return switch (name) {
      case "system" -> Message.Role.SYSTEM;
      case "user" -> Message.Role.USER;
      case "assistant" -> Message.Role.ASSISTANT;
      default -> throw row.wrong(key, EXPECTED, "the role \"" + name + "\"");
    };
  }

  private static String roles(List<Message> messages) {
    return messages.stream().map(m -> m.role().name().toLowerCase(Locale.ROOT)).toList().toString();
  }

  private static String notBlank(JsonRow row, String key, String question) {
    if (question.isBlank()) {
      throw row.wrong(key, "a question as content of the user's message", "a blank one");
    }
    return question;
  }
}
