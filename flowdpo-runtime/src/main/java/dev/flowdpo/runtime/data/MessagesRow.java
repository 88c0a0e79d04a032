package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;

/** Supervised examples as rows of a file, and back. Thread-safe. */
final class MessagesRow {
  private static final String MESSAGES = "messages";
  private static final String PROBLEM_ID = "problem_id";
  private static final String PROMPT_IDS = "prompt_ids";
  private static final String COMPLETION_IDS = "completion_ids";
  private static final String SOURCE = "source";
  private static final String REWARD = "reward";

  private final ModelTokens tokens;

  MessagesRow(ModelTokens tokens) {
    this.tokens = tokens;
  }

  static ObjectNode row(SupervisedExample example) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    ArrayNode messages = row.putArray(MESSAGES).addAll(Conversation.json(example.history()));
    messages.addObject().put("role", "user").put("content", example.question());
    messages.addObject().put("role", "assistant").put("content", example.solution());
    row.put(PROBLEM_ID, example.problemId());
    row.set(PROMPT_IDS, PreferenceRow.array(example.prompt()));
    row.set(COMPLETION_IDS, PreferenceRow.array(example.completion()));
    row.put(SOURCE, example.source());
    row.put(REWARD, example.reward());
    return row;
  }

  SupervisedExample example(JsonRow row) {
    Conversation conversation = Conversation.of(row, MESSAGES);
    boolean given = row.has(PROMPT_IDS) || row.has(COMPLETION_IDS);
    int size = tokens.config().vocabularySize();
    try {
      Problem problem = conversation.problem();
      TokenIds prompt = given ? row.tokenIds(PROMPT_IDS, size) : tokens.question(problem);
      TokenIds completion =
          given
              ? row.tokenIds(COMPLETION_IDS, size)
              : tokens.completion(prompt, conversation.reply());
      return new SupervisedExample(
          row.has(PROBLEM_ID) ? row.textOrNumber(PROBLEM_ID) : problem.id(),
          conversation.history(),
          conversation.question(),
          conversation.reply(),
          prompt,
          completion,
          row.has(SOURCE) ? row.string(SOURCE) : "",
          row.number(REWARD, 1));
    } catch (InvalidInputException e) {
      throw row.at(e);
    }
  }
}
