package dev.flowdpo.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.TokenIds;

/**
 * Puts a chunk together out of a whole reply, or of the events of a streamed one. Not thread-safe.
 */
final class ReplyReader {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String DONE = "[DONE]";

  private final OpenAiSettings settings;
  private final StringBuilder text = new StringBuilder();
  private String finishReason = "";
  private double logProbability;
  private boolean logProbabilityKnown = true;
  private int scored;

  ReplyReader(OpenAiSettings settings) {
    this.settings = settings;
  }

  /** Reads the data of one event. */
  void event(String data) {
    if (data.equals(DONE)) {
      return;
    }
    JsonNode event = json(data);
    JsonNode choice = event.path("choices").path(0);
    // An event of its own tells what the request cost.
    if (!choice.isMissingNode()) {
      add(
          choice,
          settings.continuation().isChat()
              ? choice.path("delta").path("content")
              : choice.path("text"));
    } else if (!event.path("choices").isArray()) {
      throw malformed(data);
    }
  }

  /** Reads a whole reply. */
  void whole(String reply) {
    JsonNode choice = json(reply).path("choices").path(0);
    JsonNode content =
        settings.continuation().isChat()
            ? choice.path("message").path("content")
            : choice.path("text");
    if (content.isMissingNode()) {
      throw malformed(reply);
    }
    add(choice, content);
  }

  private void add(JsonNode choice, JsonNode content) {
    if (content.isTextual()) {
      text.append(content.textValue());
    }
    if (choice.path("finish_reason").isTextual()) {
      finishReason = choice.path("finish_reason").textValue();
    }
    JsonNode logProbabilities = choice.path("logprobs");
    boolean told = false;
    for (JsonNode token : logProbabilities.path("content")) {
      told |= score(token.path("logprob"));
    }
    for (JsonNode token : logProbabilities.path("token_logprobs")) {
      told |= score(token);
    }
    logProbabilityKnown &= told || content.asText("").isEmpty();
  }

  private boolean score(JsonNode value) {
    scored++;
    logProbability += value.isNumber() ? value.doubleValue() : Double.NaN;
    return value.isNumber();
  }

  /** Returns what there is of the text. */
  String text() {
    return text.toString();
  }

  /** Returns the chunk that was read. */
  Chunk chunk() {
    boolean known = logProbabilityKnown && scored > 0 && Double.isFinite(logProbability);
    return Chunk.of(
        TokenIds.of(),
        text(),
        known ? LogProbabilities.ofSum(logProbability) : LogProbabilities.unknown(),
        endOfSequence());
  }

  private boolean endOfSequence() {
    return switch (finishReason) {
      case "stop" -> true;
      case "length" -> false;
      case "" ->
          throw FailedTryException.passing(
              "broke off: expected a finish_reason, found none after " + excerpt(text()));
      default ->
          throw FailedTryException.forGood(
              "ended a text for another reason than stop or length: " + excerpt(finishReason));
    };
  }

  private JsonNode json(String source) {
    JsonNode node;
    try {
      node = MAPPER.readTree(source);
    } catch (JsonProcessingException e) {
      // Left out: its message may quote what was sent.
      node = MAPPER.missingNode();
    }
    if (node.hasNonNull("error")) {
      throw FailedTryException.forGood("failed: " + excerpt(ErrorReply.message(source)));
    }
    if (!node.isObject()) {
      throw malformed(source);
    }
    return node;
  }

  private FailedTryException malformed(String source) {
    return FailedTryException.forGood(
        "expected a JSON object with choices that hold a text, found "
            + excerpt(source)
            + "; check that the address is that of an OpenAI-compatible endpoint");
  }

  private String excerpt(String source) {
    return settings.excerpt(source);
  }
}
