package dev.flowdpo.verify.external;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.rollout.Verdict;

/** Verdicts as JSON objects, the same for processes and services. */
final class VerdictJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MAX_REASON = 2_000;

  private VerdictJson() {}

  /** Says that an answer is not what the protocol asks for. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }
  }

  static JsonNode read(String text) throws MalformedException {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node == null || node.isMissingNode()) {
        throw new MalformedException("expected a JSON value, found nothing");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new MalformedException(
          "expected a JSON value, found " + excerpt(text) + ": " + e.getOriginalMessage());
    }
  }

  /**
   * Reads {@code {"reward": 0.5, "reason": "…"}} or {@code {"correct": true, "reason": "…"}}, where
   * null stands for unknown, with {@code "failure": true} where the verifier itself failed.
   */
  static Verdict verdict(JsonNode node) throws MalformedException {
    JsonNode value = node.has("reward") ? node.get("reward") : node.get("correct");
    String reason = shortened(node.path("reason").asText(""));
    if (value == null) {
      throw new MalformedException(
          "expected an object with \"reward\" or \"correct\", found " + excerpt(node.toString()));
    }
    if (value.isNull()) {
      return node.path("failure").asBoolean() ? Verdict.failed(reason) : Verdict.unknown(reason);
    }
    if (value.isBoolean()) {
      return Verdict.reward(value.booleanValue() ? 1 : 0, reason);
    }
    double reward = value.isNumber() ? value.doubleValue() : Double.NaN;
    if (!(reward >= 0 && reward <= 1)) {
      throw new MalformedException(
          "reward: expected a number in [0, 1], true, false or null, found "
              + excerpt(value.toString()));
    }
    return Verdict.reward(reward, reason);
  }

  static ObjectNode of(Verdict verdict) {
    ObjectNode node = MAPPER.createObjectNode();
    if (verdict.known()) {
      node.put("reward", verdict.reward().orElseThrow());
    } else {
      node.putNull("reward");
      node.put("failure", verdict.failure());
    }
    node.put("reason", shortened(verdict.reason().orElse("")));
    return node;
  }

  private static String shortened(String reason) {
    return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
  }

  static String excerpt(String text) {
    return '"' + (text.length() <= 80 ? text : text.substring(0, 80) + "…") + '"';
  }
}
