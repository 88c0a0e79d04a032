package dev.flowdpo.comparison;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a chat model replies, read tolerantly: models put fences, thoughts or a greeting around the
 * object that they were asked for, and choose other words for its values. A reply without such an
 * object is undecided; free text is not guessed at. Stateless and thread-safe.
 */
final class ChatReply {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_REASON = 2_000;
  private static final int MAX_SHOWN = 200;
  private static final int MAX_STARTS = 1_000;
  private static final List<String> VERDICT_KEYS =
      List.of("verdict", "winner", "preference", "better");
  private static final List<String> REASON_KEYS = List.of("reason", "explanation", "rationale");

  private ChatReply() {}

  /** Returns the comparison in the body of a chat completion. */
  static Comparison comparison(String body) {
    JsonNode completion;
    try {
      completion = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return Comparison.undecided("expected a chat completion in JSON, found " + excerpt(body));
    }
    JsonNode choice = completion.path("choices").path(0);
    String content = content(choice.path("message").path("content"));
    if (content.isBlank()) {
      return Comparison.undecided(
          "expected a chat completion with a message, found " + excerpt(body));
    }
    return said(content, choice.path("finish_reason").asText().equals("length") ? ", cut off" : "");
  }

  /** Returns the comparison in what a model says; the note goes behind a text that has none. */
  static Comparison said(String content, String note) {
    return lastVerdict(content)
        .map(ChatReply::comparison)
        .orElseGet(
            () ->
                Comparison.undecided(
                    "expected an object with a verdict, found " + excerpt(content) + note));
  }

  /** Some endpoints give a list of parts instead of a text. */
  private static String content(JsonNode content) {
    if (!content.isArray()) {
      return content.asText("");
    }
    StringBuilder text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asText("")));
    return text.toString();
  }

  /** Returns the last object with a verdict, as drafts may stand before it. */
  private static Optional<JsonNode> lastVerdict(String content) {
    int start = content.lastIndexOf('{');
    for (int tried = 0; start >= 0 && tried < MAX_STARTS; tried++) {
      Optional<JsonNode> object = objectAt(content, start);
      if (object.filter(node -> field(node, VERDICT_KEYS).isPresent()).isPresent()) {
        return object;
      }
      start = start == 0 ? -1 : content.lastIndexOf('{', start - 1);
    }
    return Optional.empty();
  }

  private static Optional<JsonNode> objectAt(String content, int start) {
    try (JsonParser parser = JSON.createParser(content.substring(start))) {
      return Optional.ofNullable(JSON.<JsonNode>readTree(parser)).filter(JsonNode::isObject);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<JsonNode> field(JsonNode object, List<String> keys) {
    return keys.stream().filter(object::hasNonNull).map(object::get).findFirst();
  }

  private static Comparison comparison(JsonNode object) {
    JsonNode verdict = field(object, VERDICT_KEYS).orElseThrow();
    String reason = field(object, REASON_KEYS).map(JsonNode::asText).orElse("");
    Preference preference = preference(verdict.asText());
    if (preference == Preference.UNDECIDED) {
      return Comparison.undecided(
          "expected the verdict A, B or tie, found " + excerpt(verdict.toString()));
    }
    JsonNode confidence = object.path("confidence");
    double value = confidence.isTextual() ? number(confidence.textValue()) : confidence.asDouble(1);
    // A missing or senseless figure is no reason to lose a verdict; some models count to 100.
    double share = value > 1 && value <= 100 ? value / 100 : value;
    return new Comparison(
        preference,
        share >= 0 && share <= 1 ? share : 1,
        reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…");
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text.replace("%", "").strip());
    } catch (NumberFormatException e) {
      return 1;
    }
  }

  private static Preference preference(String verdict) {
    String word = verdict.toLowerCase(Locale.ROOT).replaceAll("solution|trace|[^a-z0-9]", "");
    return switch (word) {
      case "a", "first", "1" -> Preference.FIRST;
      case "b", "second", "2" -> Preference.SECOND;
      case "tie", "equal", "both", "neither", "draw", "same" -> Preference.TIE;
      default -> Preference.UNDECIDED;
    };
  }

  static String excerpt(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return '"' + (line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…") + '"';
  }
}
