package dev.flowdpo.runtime.text.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the parts around the model may hold: which types there are, which fields each has, and what
 * a field may say. Not thread-safe.
 */
final class PartsSchema {
  private static final int MOST_STEPS = 16;
  private static final int LONGEST_PATTERN = 64;

  /** By how many times a part may lengthen a text. */
  private static final int MAX_GROWTH = 16;

  private static final Set<String> BEHAVIORS =
      Set.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");

  /** Takes the field's key, for messages, and its value. */
  @FunctionalInterface
  private interface Check {
    void check(String key, JsonNode value);
  }

  private final Refusal refusal;

  private final Check flag =
      (key, value) -> refuseUnless(value.isBoolean(), key, "true or false", value);
  private final Check character =
      (key, value) -> refuseUnless(isText(value, 1, 1), key, "one character", value);
  private final Check pattern = this::checkPattern;
  private final Check behavior = (key, value) -> oneOf(BEHAVIORS, key, value);
  private final Check anything = (key, value) -> {};

  private final Map<String, Check> byteLevel =
      Map.of("add_prefix_space", flag, "trim_offsets", flag, "use_regex", flag);
  private final Map<String, Check> metaspace =
      Map.of(
          "replacement",
          character,
          "str_rep",
          character,
          "add_prefix_space",
          flag,
          "prepend_scheme",
          (key, value) -> oneOf(Set.of("first", "never", "always"), key, value),
          "split",
          flag);
  private final Map<String, Check> replace =
      Map.of(
          "pattern",
          pattern,
          "content",
          (key, value) -> refuseUnless(isText(value, 0, MAX_GROWTH), key, "a short text", value));

  private final Map<String, Map<String, Check>> normalizers =
      Map.of(
          "Sequence",
          Map.of("normalizers", (key, value) -> steps(key, value, this::normalizer)),
          "NFC",
          Map.of(),
          "Lowercase",
          Map.of(),
          "Strip",
          Map.of("strip_left", flag, "strip_right", flag),
          "Prepend",
          Map.of(
              "prepend",
              (key, value) -> refuseUnless(isText(value, 1, 4), key, "1 to 4 characters", value)),
          "Replace",
          replace);

  private final Map<String, Map<String, Check>> preTokenizers =
      Map.of(
          "Sequence",
          Map.of("pretokenizers", (key, value) -> steps(key, value, this::preTokenizer)),
          "ByteLevel",
          byteLevel,
          "Metaspace",
          metaspace,
          "Split",
          Map.of("pattern", pattern, "behavior", behavior, "invert", flag),
          "Digits",
          Map.of("individual_digits", flag),
          "Punctuation",
          Map.of("behavior", behavior),
          "Whitespace",
          Map.of(),
          "WhitespaceSplit",
          Map.of());

  private final Map<String, Map<String, Check>> decoders =
      Map.of(
          "Sequence",
          Map.of("decoders", (key, value) -> steps(key, value, this::decoder)),
          "ByteLevel",
          byteLevel,
          "Metaspace",
          metaspace,
          "Replace",
          replace,
          "ByteFallback",
          Map.of(),
          "Fuse",
          Map.of(),
          "Strip",
          Map.of(
              "content",
              character,
              "start",
              (key, value) -> number(MOST_STEPS, key, value),
              // The library cuts more off a short token than there is.
              "stop",
              (key, value) -> number(0, key, value)));

  private final Map<String, Map<String, Check>> postProcessors =
      Map.of(
          "Sequence",
          Map.of("processors", (key, value) -> steps(key, value, this::postProcessor)),
          "ByteLevel",
          byteLevel,
          "TemplateProcessing",
          Map.of("single", this::checkTemplate, "pair", anything, "special_tokens", anything));

  private int growth = 1;
  private int steps;

  PartsSchema(Refusal refusal) {
    this.refusal = refusal;
  }

  /** Refuses the first part that is not in the schema. */
  void check(Map<String, JsonNode> parts) {
    Map.<String, Check>of(
            "normalizer", this::normalizer,
            "pre_tokenizer", this::preTokenizer,
            "decoder", this::decoder,
            "post_processor", this::postProcessor)
        .forEach(
            (key, check) -> {
              JsonNode part = parts.getOrDefault(key, NullNode.getInstance());
              growth = 1;
              steps = 0;
              if (!part.isNull()) {
                check.check(key, part);
              }
            });
  }

  private void normalizer(String key, JsonNode part) {
    part(normalizers, key, part);
  }

  private void preTokenizer(String key, JsonNode part) {
    part(preTokenizers, key, part);
  }

  private void decoder(String key, JsonNode part) {
    part(decoders, key, part);
  }

  private void postProcessor(String key, JsonNode part) {
    part(postProcessors, key, part);
  }

  private void part(Map<String, Map<String, Check>> types, String key, JsonNode part) {
    refuseUnless(part.isObject(), key, "an object or null", part);
    Map<String, Check> fields = types.get(part.path("type").asText());
    if (fields == null) {
      String known = String.join(", ", types.keySet().stream().sorted().toList());
      throw refusal.of(
          key + ".type", "one of " + known + ", as others are not supported", part.path("type"));
    }
    part.fields()
        .forEachRemaining(
            field -> {
              Check check = field.getKey().equals("type") ? anything : fields.get(field.getKey());
              String name = key + "." + field.getKey();
              if (check == null) {
                throw refusal.of(name, "no such key for " + part.path("type").asText(), "it");
              }
              check.check(name, field.getValue());
            });
    if (fields == replace) {
      growBy(key, part);
    }
  }

  private void steps(String key, JsonNode list, Check step) {
    refuseUnless(list.isArray(), key, "a list", list);
    steps += list.size();
    refuseUnless(steps <= MOST_STEPS, key, "at most " + MOST_STEPS + " steps", steps);
    String part = key.substring(0, key.indexOf('.'));
    list.forEach(each -> step.check(part, each));
  }

  private void checkPattern(String key, JsonNode pattern) {
    refuseUnless(pattern.isObject() && pattern.size() == 1, key, "String or Regex", pattern);
    if (pattern.has("String")) {
      JsonNode text = pattern.get("String");
      refuseUnless(isText(text, 1, LONGEST_PATTERN), key + ".String", "a short text", text);
    } else {
      JsonNode text = pattern.path("Regex");
      refuseUnless(text.isTextual(), key + ".Regex", "a regular expression", text);
      Optional<String> reason = SafeExpression.refusal(text.textValue());
      if (reason.isPresent()) {
        throw refusal.of(
            key + ".Regex",
            "an expression that takes time in proportion to the text: " + reason.get(),
            text);
      }
    }
  }

  private void growBy(String key, JsonNode part) {
    int content = part.path("content").asText().length();
    int replaced = Math.max(1, part.path("pattern").path("String").asText().length());
    growth *= Math.max(1, (content + replaced - 1) / replaced);
    refuseUnless(
        growth <= MAX_GROWTH,
        key + ".content",
        "replacements that lengthen a text at most " + MAX_GROWTH + " times",
        growth + " times");
  }

  /** What a template adds is never asked for; the text itself must be in it, once. */
  private void checkTemplate(String key, JsonNode pieces) {
    int texts = 0;
    for (JsonNode piece : pieces) {
      texts += piece.has("Sequence") ? 1 : 0;
      refuseUnless(
          piece.size() == 1 && (piece.has("SpecialToken") || isText(piece.path("Sequence"))),
          key,
          "special tokens and the sequence A",
          piece);
    }
    refuseUnless(texts == 1, key, "the sequence A once", texts + " times");
  }

  private static boolean isText(JsonNode sequence) {
    return sequence.path("id").asText().equals("A");
  }

  private static boolean isText(JsonNode value, int shortest, int longest) {
    int length = value.asText().codePointCount(0, value.asText().length());
    return value.isTextual() && length >= shortest && length <= longest;
  }

  private void number(int most, String key, JsonNode value) {
    boolean fits = value.isInt() && value.intValue() >= 0 && value.intValue() <= most;
    refuseUnless(fits, key, most == 0 ? "0" : "0 to " + most, value);
  }

  private void oneOf(Set<String> known, String key, JsonNode value) {
    String expected = "one of " + String.join(", ", known.stream().sorted().toList());
    refuseUnless(value.isTextual() && known.contains(value.textValue()), key, expected, value);
  }

  private void refuseUnless(boolean condition, String key, String expected, Object found) {
    refusal.unless(condition, key, expected, found);
  }
}
