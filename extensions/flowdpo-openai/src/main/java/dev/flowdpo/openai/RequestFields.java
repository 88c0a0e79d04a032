package dev.flowdpo.openai;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.value.Message;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What is sent for a chunk. Stateless. */
final class RequestFields {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> OWN =
      Set.of("model", "messages", "prompt", "stream", "n", "temperature", "top_p", "seed", "stop");

  private RequestFields() {}

  /** Refuses fields that every request has already. */
  static void refuseOwn(String name, Map<String, ?> fields) {
    for (String field : fields.keySet()) {
      if (OWN.contains(field)) {
        throw new InvalidInputException(
            name + ": expected fields that are not sent anyway, found " + field + ".");
      }
    }
  }

  /** Returns the body of a request as JSON. */
  static String json(ChunkRequest request, OpenAiSettings settings, boolean streams) {
    Continuation continuation = settings.continuation();
    ObjectNode body = MAPPER.createObjectNode().put("model", settings.model());
    String written = request.prefix().text();
    if (continuation.isChat()) {
      ArrayNode messages = body.putArray("messages");
      for (Message message : request.prefix().problem().messages()) {
        message(messages, message.role(), message.content());
      }
      if (!written.isEmpty()) {
        ObjectNode last = message(messages, Message.Role.ASSISTANT, written);
        continuation
            .messageFields()
            .forEach((name, value) -> last.set(name, MAPPER.valueToTree(value)));
        continuation
            .requestFields()
            .forEach((name, value) -> body.set(name, MAPPER.valueToTree(value)));
      }
    } else {
      body.put("prompt", continuation.prompt(request.prefix().problem()) + written);
    }
    body.put(settings.maxTokensField(), request.maxTokens());
    if (settings.minTokens() && request.prefix().endedBySequenceEnd()) {
      body.put("min_tokens", 1);
    }
    sampling(body, request);
    if (!settings.stop().isEmpty()) {
      settings.stop().forEach(body.putArray("stop")::add);
    }
    if (settings.logProbabilities()) {
      if (continuation.isChat()) {
        body.put("logprobs", true);
      } else {
        body.put("logprobs", 0);
      }
    }
    body.put("stream", streams);
    settings.fields().forEach((name, value) -> body.set(name, MAPPER.valueToTree(value)));
    return body.toString();
  }

  private static void sampling(ObjectNode body, ChunkRequest request) {
    body.put("temperature", request.sampling().temperature());
    body.put("top_p", request.sampling().topP());
    if (request.sampling().topK() > 0) {
      body.put("top_k", request.sampling().topK());
    }
    // 31 bits, which every server takes: some read 32, and some a double.
    body.put("seed", Long.hashCode(request.seed()) & Integer.MAX_VALUE);
  }

  private static ObjectNode message(ArrayNode messages, Message.Role role, String content) {
    return messages
        .addObject()
        .put("role", role.name().toLowerCase(Locale.ROOT))
        .put("content", content);
  }
}
