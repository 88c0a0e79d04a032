package dev.flowdpo.verify.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Attempts as JSON objects, the same for processes and services: {@code {"id", "question",
 * "history", "answer", "attributes", "solution", "finishReason", "chunks"}}. What is not known or
 * not there is left out, but for the answer, which is null then.
 */
final class AttemptJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private AttemptJson() {}

  static ObjectNode of(Attempt attempt) {
    Problem problem = attempt.problem();
    ObjectNode node = MAPPER.createObjectNode();
    node.put("id", problem.id());
    node.put("question", problem.question());
    if (!problem.history().isEmpty()) {
      ArrayNode history = node.putArray("history");
      for (Message message : problem.history()) {
        history.addObject().put("role", message.role().name()).put("content", message.content());
      }
    }
    node.put("answer", problem.answer().orElse(null));
    ObjectNode attributes = node.putObject("attributes");
    new TreeMap<>(problem.attributes()).forEach(attributes::put);
    node.put("solution", attempt.answer());
    attempt.finishReason().ifPresent(reason -> node.put("finishReason", reason.name()));
    if (!attempt.chunks().isEmpty()) {
      ArrayNode chunks = node.putArray("chunks");
      for (Chunk chunk : attempt.chunks()) {
        ObjectNode object = chunks.addObject().put("text", chunk.text());
        if (chunk.hasTokens()) {
          ArrayNode tokens = object.putArray("tokens");
          chunk.tokens().forEach(tokens::add);
        }
        chunk.logProbability().ifPresent(value -> object.put("logProbability", value));
        object.put("endOfSequence", chunk.endOfSequence());
      }
    }
    return node;
  }

  /** Returns the attempts as a JSON array. */
  static String array(List<Attempt> attempts) {
    return attempts.stream()
        .map(attempt -> of(attempt).toString())
        .collect(Collectors.joining(",", "[", "]"));
  }

  /** Reads what {@link #of} wrote. */
  static Attempt read(JsonNode node) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode turn : node.path("history")) {
      Message.Role role = Message.Role.valueOf(turn.path("role").asText());
      messages.add(new Message(role, turn.path("content").asText()));
    }
    messages.add(Message.user(node.path("question").asText()));
    Problem.Builder problem = Problem.builder(messages).id(node.path("id").asText());
    if (!node.path("answer").isNull()) {
      problem.answer(node.path("answer").asText());
    }
    node.path("attributes")
        .properties()
        .forEach(entry -> problem.attribute(entry.getKey(), entry.getValue().asText()));
    List<Chunk> chunks = new ArrayList<>();
    for (JsonNode chunk : node.path("chunks")) {
      TokenIds.Builder tokens = TokenIds.builder();
      chunk.path("tokens").forEach(token -> tokens.add(token.asInt()));
      chunks.add(
          Chunk.of(
              tokens.build(),
              chunk.path("text").asText(),
              chunk.has("logProbability")
                  ? LogProbabilities.ofSum(chunk.path("logProbability").asDouble())
                  : LogProbabilities.unknown(),
              chunk.path("endOfSequence").asBoolean()));
    }
    Optional<FinishReason> reason =
        Optional.ofNullable(node.get("finishReason")).map(r -> FinishReason.valueOf(r.asText()));
    return Attempt.of(problem.build(), node.path("solution").asText(), chunks, reason);
  }
}
