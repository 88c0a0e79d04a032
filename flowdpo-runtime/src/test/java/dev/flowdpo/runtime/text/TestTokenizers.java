package dev.flowdpo.runtime.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small {@code tokenizer.json} files. */
final class TestTokenizers {
  private TestTokenizers() {}

  /**
   * A word tokenizer that asks for truncation to three tokens, padding to twelve and a begin token,
   * none of which a caller wants. Ids: [UNK] 0, {@code <s>} 1, {@code </s>} 2, words 3 to 14.
   */
  static final String WORDS =
      """
      {"version": "1.0",
       "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst",
                      "stride": 0},
       "padding": {"strategy": {"Fixed": 12}, "direction": "Right", "pad_to_multiple_of": null,
                   "pad_id": 0, "pad_type_id": 0, "pad_token": "[UNK]"},
       "added_tokens": [
         {"id": 1, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 2, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true}],
       "normalizer": null,
       "pre_tokenizer": {"type": "Whitespace"},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
       "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "[UNK]",
         "vocab": {"[UNK]": 0, "<s>": 1, "</s>": 2, "Tom": 3, "has": 4, "apples": 5, ".": 6,
           "?": 7, "Done": 8, "Yes": 9, "No": 10, "Question": 11, ":": 12, "two": 13,
           "three": 14}}}
      """;

  /** A byte-level tokenizer of three byte pieces: two that make up "é", and "a". */
  static final String BYTES =
      """
      {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
       "normalizer": null,
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                         "use_regex": true},
       "post_processor": null,
       "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true,
                   "use_regex": true},
       "model": {"type": "BPE", "dropout": null, "unk_token": null,
         "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false,
         "byte_fallback": false, "vocab": {"\\u00c3": 0, "\\u00a9": 1, "a": 2}, "merges": []}}
      """;

  /** A unigram tokenizer, whose ids are places in a list. */
  static final String UNIGRAM =
      """
      {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
       "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": null,
       "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false,
         "vocab": [["<unk>", 0.0], ["ab", -1.0], ["a", -2.0], ["b", -2.5]]}}
      """;

  static Tokenizer open(Path folder, String json) throws IOException {
    return HuggingFaceTokenizers.open(Files.writeString(folder.resolve("tokenizer.json"), json));
  }
}
