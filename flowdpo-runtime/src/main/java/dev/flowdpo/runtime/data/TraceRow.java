package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.Trace;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Traces as rows of a file, and back; and as examples to learn from. Thread-safe. */
final class TraceRow {
  private static final String PROBLEM_ID = "problem_id";
  private static final String HISTORY = "history";
  private static final String QUESTION = "question";
  private static final String ANSWER = "answer";
  private static final String SOLUTION = "solution";
  private static final String COMPLETION_IDS = "completion_ids";
  private static final String REWARD = "reward";
  private static final String SOURCE = "source";
  private static final String PROBLEMS = "problems";
  private static final String UPDATES = "updates";
  private static final String SEED = "seed";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ModelTokens tokens;

  TraceRow(ModelTokens tokens) {
    this.tokens = tokens;
  }

  /** Returns the ids of a trace, closed by the end of sequence where the model has one. */
  static TokenIds completion(Trace trace, ModelTokens tokens) {
    return tokens.ended(trace.tokens());
  }

  ObjectNode row(Trace trace) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put(PROBLEMS, trace.origin().problems());
    row.put(PROBLEM_ID, trace.problem().id());
    if (!trace.problem().history().isEmpty()) {
      row.set(HISTORY, Conversation.json(trace.problem().history()));
    }
    row.put(QUESTION, trace.problem().question());
    row.put(ANSWER, trace.problem().answer().orElse(""));
    row.put(SOLUTION, trace.text());
    row.set(COMPLETION_IDS, PreferenceRow.array(completion(trace, tokens)));
    row.put(REWARD, trace.reward());
    row.put(SOURCE, trace.origin().source());
    row.put(UPDATES, trace.origin().updates());
    row.put(SEED, trace.origin().seed());
    return row;
  }

  Trace trace(JsonRow row) {
    TokenIds content = content(row);
    try {
      Problem problem = problem(row);
      String decoded = tokens.tokenizer().decode(content.toArray()).strip();
      String text = row.string(SOLUTION).strip();
      if (!decoded.equals(text)) {
        throw row.wrong(
            SOLUTION,
            "the text that this model's tokenizer gives for \""
                + COMPLETION_IDS
                + "\", "
                + JsonNodeFactory.instance.textNode(decoded),
            JsonNodeFactory.instance.textNode(text) + "; the trace is of another model");
      }
      return new Trace(
          problem,
          content,
          text,
          row.number(REWARD, 0),
          new Trace.Origin(
              row.string(SOURCE),
              row.wholeNumber(PROBLEMS, 0),
              row.wholeNumber(UPDATES, 0),
              row.find(SEED).map(JsonNode::asLong).orElse(0L)));
    } catch (InvalidInputException e) {
      throw row.at(e);
    }
  }

  private static Problem problem(JsonRow row) {
    List<Message> messages = new ArrayList<>();
    if (row.has(HISTORY)) {
      messages.addAll(Conversation.messages(row, HISTORY));
    }
    messages.add(Message.user(row.string(QUESTION)));
    Problem.Builder problem = Problem.builder(messages);
    if (row.has(PROBLEM_ID)) {
      problem.id(row.textOrNumber(PROBLEM_ID));
    }
    if (row.has(ANSWER) && !row.string(ANSWER).isBlank()) {
      problem.answer(row.string(ANSWER));
    }
    return problem.build();
  }

  private TokenIds content(JsonRow row) {
    TokenIds ids = row.tokenIds(COMPLETION_IDS, tokens.config().vocabularySize());
    List<Integer> ends = tokens.config().endOfSequenceIds();
    int length = ends.isEmpty() ? ids.length() : ids.length() - 1;
    if (length < 1 || (!ends.isEmpty() && !ends.contains(ids.get(length)))) {
      throw row.wrong(
          COMPLETION_IDS,
          "token ids that end with the end of sequence, " + ends,
          JsonRow.shown(PreferenceRow.array(ids)));
    }
    TokenIds content = ids.slice(0, length);
    if (content.stream().anyMatch(ends::contains)) {
      throw row.wrong(
          COMPLETION_IDS,
          "the end of sequence " + ends + " at the end alone",
          JsonRow.shown(PreferenceRow.array(ids)));
    }
    return content;
  }

  /** Returns the count of problems in a line, or nothing where the line was cut off. */
  static OptionalInt problems(String line) {
    try {
      JsonNode count = JSON.readTree(line).path(PROBLEMS);
      return count.isInt() ? OptionalInt.of(count.intValue()) : OptionalInt.empty();
    } catch (JsonProcessingException e) {
      return OptionalInt.empty();
    }
  }
}
