package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * One question of a user and one reply of an assistant: the only conversation that fits a model's
 * prompt, which has a place for the question and for nothing else.
 *
 * @param question what the user asks; not blank
 * @param reply what the assistant replies; may be empty
 */
record Conversation(String question, String reply) {
  private static final String USER = "user";
  private static final String ASSISTANT = "assistant";

  /** Returns the conversation in a column of messages. */
  static Conversation of(JsonRow row, String key) {
    List<String> contents = contents(row, key, List.of(USER, ASSISTANT));
    return new Conversation(notBlank(row, key, contents.get(0)), contents.get(1));
  }

  /** Returns the content of the one message of the user in a column. */
  static String question(JsonRow row, String key) {
    return notBlank(row, key, contents(row, key, List.of(USER)).get(0));
  }

  /** Returns the content of the one message of the assistant in a column. */
  static String reply(JsonRow row, String key) {
    return contents(row, key, List.of(ASSISTANT)).get(0);
  }

  private static List<String> contents(JsonRow row, String key, List<String> roles) {
    String expected =
        "a list of messages with the roles "
            + roles
            + " and nothing else, as the model's prompt holds one question";
    JsonNode messages = row.require(key, expected);
    List<String> found = new ArrayList<>();
    List<String> contents = new ArrayList<>();
    if (!messages.isArray()) {
      throw row.wrong(key, expected, messages);
    }
    for (JsonNode message : messages) {
      found.add(message.path("role").asText());
      if (!message.path("content").isTextual()) {
        throw row.wrong(key, "messages with a text as \"role\" and a text as \"content\"", message);
      }
      contents.add(message.path("content").textValue());
    }
    if (!found.equals(roles)) {
      throw row.wrong(key, expected, found.toString());
    }
    return contents;
  }

  private static String notBlank(JsonRow row, String key, String question) {
    if (question.isBlank()) {
      throw row.wrong(key, "a question as content of the user's message", "a blank one");
    }
    return question;
  }
}
