package dev.flowdpo.runtime.text.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the parts of a {@code tokenizer.json} around its model. */
final class PartsReader {
  private static final int MAX_ADDED = 100_000;
  private static final int LONGEST_ADDED = 256;
  private static final int MOST_STEPS = 4;
  private static final String BYTE_LEVEL = "ByteLevel";

  private final Path file;
  private final Map<String, JsonNode> parts;

  PartsReader(Path file, Map<String, JsonNode> parts) {
    this.file = file;
    this.parts = parts;
  }

  /**
   * {@return the added tokens} The library gives ids itself: that of the vocabulary, or the next
   * one behind it. A file that says otherwise is refused.
   */
  List<AddedTokens.Token> addedTokens(Map<String, Integer> vocabulary) {
    JsonNode list = part("added_tokens");
    require(list.size() <= MAX_ADDED, "added_tokens", "at most " + MAX_ADDED, list.size());
    List<AddedTokens.Token> added = new ArrayList<>();
    Set<String> known = new HashSet<>();
    int next = vocabulary.size();
    boolean takesSpace = false;
    boolean beginsWithSpace = false;
    for (JsonNode each : list) {
      String content = each.path("content").asText();
      require(
          each.path("content").isTextual()
              && !content.isEmpty()
              && content.length() <= LONGEST_ADDED
              && known.add(content),
          "added_tokens.content",
          "different strings of 1 to " + LONGEST_ADDED + " characters",
          each.path("content"));
      Integer inVocabulary = vocabulary.get(content);
      int id = inVocabulary == null ? next++ : inVocabulary;
      require(
          each.path("id").isInt() && each.path("id").intValue() == id,
          "added_tokens.id",
          id + " for \"" + content + "\"",
          each.path("id"));
      require(!flag(each, "single_word"), "added_tokens.single_word", "false", true);
      AddedTokens.Token token =
          new AddedTokens.Token(
              id,
              content,
              flag(each, "lstrip"),
              flag(each, "rstrip"),
              flag(each, "normalized"),
              flag(each, "special"));
      takesSpace |= token.takesSpaceBefore() || token.takesSpaceBehind();
      beginsWithSpace |= CharacterClasses.of(content.codePointAt(0)) == CharacterClasses.SPACE;
      added.add(token);
    }
    require(
        !takesSpace || !beginsWithSpace,
        "added_tokens",
        "no token that begins with space where lstrip or rstrip is true",
        "one");
    return added;
  }

  /**
   * Checks that text is taken as it is. The library composes characters by an older Unicode than
   * Java does, so that NFC, too, would give other ids for some texts.
   */
  void checkWithoutNormalizer() {
    JsonNode normalizer = part("normalizer");
    require(normalizer.isMissingNode(), "normalizer", "null", type(normalizer));
  }

  /** {@return how text is cut into words} The byte level must be the last step. */
  List<Words> words() {
    JsonNode root = part("pre_tokenizer");
    List<JsonNode> steps = new ArrayList<>();
    if (type(root).equals("Sequence")) {
      root.path("pretokenizers").forEach(steps::add);
    } else {
      steps.add(root);
    }
    require(
        !steps.isEmpty()
            && steps.size() <= MOST_STEPS
            && type(steps.get(steps.size() - 1)).equals(BYTE_LEVEL),
        "pre_tokenizer",
        "one to " + MOST_STEPS + " steps of which the last is ByteLevel",
        steps.stream().map(PartsReader::type).toList());
    List<Words> words = new ArrayList<>();
    for (JsonNode step : steps.subList(0, steps.size() - 1)) {
      words.add(words(step));
    }
    JsonNode level = steps.get(steps.size() - 1);
    boolean prefixed = level.path("add_prefix_space").asBoolean(true);
    require(!prefixed, "pre_tokenizer.add_prefix_space", "false", true);
    if (level.path("use_regex").asBoolean(true)) {
      words.add(WordPattern.GPT2);
    }
    return List.copyOf(words);
  }

  private Words words(JsonNode step) {
    String type = type(step);
    if (type.equals("Digits")) {
      return step.path("individual_digits").asBoolean(false) ? Digits.EACH : Digits.TOGETHER;
    }
    require(type.equals("Split"), "pre_tokenizer.type", "Digits, Split or ByteLevel", type);
    require(!flag(step, "invert"), "pre_tokenizer.invert", "false", true);
    String behavior = step.path("behavior").asText();
    require(behavior.equals("Isolated"), "pre_tokenizer.behavior", "Isolated", behavior);
    JsonNode pattern = step.path("pattern").path("Regex");
    return WordPattern.of(pattern.asText())
        .orElseThrow(
            () ->
                ByteLevelReader.unsupported(
                    file, "pre_tokenizer.pattern.Regex", "a known one", shortened(pattern)));
  }

  /** Checks what stands behind the model: nothing that changes ids, and a decoder of bytes. */
  void checkDecoding() {
    JsonNode decoder = part("decoder");
    require(type(decoder).equals(BYTE_LEVEL), "decoder.type", BYTE_LEVEL, type(decoder));
    JsonNode processor = part("post_processor");
    if (type(processor).equals("Sequence")) {
      processor.path("processors").forEach(this::checkProcessor);
    } else if (!processor.isMissingNode()) {
      checkProcessor(processor);
    }
  }

  /** Templates add tokens only where they are asked for, which is never. */
  private void checkProcessor(JsonNode processor) {
    String type = type(processor);
    require(
        type.equals(BYTE_LEVEL) || type.equals("TemplateProcessing"),
        "post_processor.type",
        "ByteLevel or TemplateProcessing",
        type);
  }

  private JsonNode part(String key) {
    JsonNode part = parts.getOrDefault(key, MissingNode.getInstance());
    return part.isNull() ? MissingNode.getInstance() : part;
  }

  private boolean flag(JsonNode node, String key) {
    JsonNode flag = node.path(key);
    require(flag.isMissingNode() || flag.isBoolean(), key, "true or false", flag);
    return flag.asBoolean(false);
  }

  private static String type(JsonNode part) {
    return part.path("type").asText("nothing");
  }

  private void require(boolean condition, String key, String expected, Object found) {
    if (!condition) {
      throw ByteLevelReader.unsupported(file, key, expected, shortened(found));
    }
  }

  private static String shortened(Object found) {
    String text = found.toString();
    return text.substring(0, Math.min(100, text.length()));
  }
}
