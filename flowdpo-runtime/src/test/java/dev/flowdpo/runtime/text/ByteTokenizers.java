package dev.flowdpo.runtime.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whole byte-pair tokenizers of a few hundred tokens, each made of the parts that the tokenizers of
 * a family of published models have: all bytes, some merges, a token that begins a text and one
 * that ends a turn.
 */
enum ByteTokenizers {
  /** Digits one by one, then the byte level's own words; merges as strings. */
  SMOLLM(
      """
      {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
       {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]}
      """,
      "null",
      "null",
      Map.of(),
      false),

  /** Words by a pattern of its own, whole words before merges, a begin token by a template. */
  LLAMA3(
      """
      {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex":
          "(?i:'s|'t|'re)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s+"}},
        {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
         "use_regex": false}]}
      """,
      "null",
      """
      {"type": "Sequence", "processors": [
        {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true},
        {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<|begin|>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens":
           {"<|begin|>": {"id": "<|begin|>", "ids": [256], "tokens": ["<|begin|>"]}}}]}
      """,
      Map.of("ignore_merges", true),
      false),

  /** Composed characters, single digits by a pattern; merges as pairs. */
  QWEN(
      """
      {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex":
          "[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s+"}},
        {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false,
         "use_regex": false}]}
      """,
      "{\"type\": \"NFC\"}",
      "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": false, \"use_regex\": false}",
      Map.of("continuing_subword_prefix", "", "end_of_word_suffix", ""),
      true);

  static final String BEGIN = "<|begin|>";
  static final String END = "<|end|>";
  static final int BEGIN_ID = 256;
  static final int END_ID = 257;

  /** What is merged, the longest words last. */
  private static final List<List<String>> MERGES =
      List.of(
          List.of("a", "p"),
          List.of("l", "e"),
          List.of("ap", "p"),
          List.of("app", "le"),
          List.of("\u0120", "apple"),
          List.of("1", "2"));

  private final String preTokenizer;
  private final String normalizer;
  private final String postProcessor;
  private final Map<String, Object> modelOptions;
  private final boolean mergesAsPairs;

  ByteTokenizers(
      String preTokenizer,
      String normalizer,
      String postProcessor,
      Map<String, Object> modelOptions,
      boolean mergesAsPairs) {
    this.preTokenizer = preTokenizer;
    this.normalizer = normalizer;
    this.postProcessor = postProcessor;
    this.modelOptions = modelOptions;
    this.mergesAsPairs = mergesAsPairs;
  }

  /** Returns the text of its {@code tokenizer.json}. */
  String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode().put("version", "1.0");
    ArrayNode added = root.putArray("added_tokens");
    Map.of(BEGIN, BEGIN_ID, END, END_ID)
        .forEach(
            (content, id) ->
                added
                    .addObject()
                    .put("id", id)
                    .put("content", content)
                    .put("special", true)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false));
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.setAll((ObjectNode) mapper.valueToTree(modelOptions));
    model.set("vocab", mapper.valueToTree(vocabulary()));
    model.set(
        "merges",
        mapper.valueToTree(
            mergesAsPairs ? MERGES : MERGES.stream().map(pair -> String.join(" ", pair)).toList()));
    try {
      root.set("pre_tokenizer", mapper.readTree(preTokenizer));
      root.set("normalizer", mapper.readTree(normalizer));
      root.set("post_processor", mapper.readTree(postProcessor));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    root.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", true)
        .put("trim_offsets", true)
        .put("use_regex", true);
    return root.toString();
  }

  private static Map<String, Integer> vocabulary() {
    Map<String, Integer> ids = new LinkedHashMap<>();
    int unprintable = 0;
    for (int b = 0; b < 256; b++) {
      boolean printable = b > 32 && b < 127 || b > 160 && b != 173;
      ids.put(Character.toString(printable ? b : 256 + unprintable++), b);
    }
    ids.put(BEGIN, BEGIN_ID);
    ids.put(END, END_ID);
    for (List<String> pair : MERGES) {
      ids.put(String.join("", pair), ids.size());
    }
    return ids;
  }
}
