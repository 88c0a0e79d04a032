package dev.flowdpo.runtime.gguf;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The tokens of a GGUF file that begin and end texts. Immutable and thread-safe.
 *
 * @param begin the id of the token that begins a text, if there is one
 * @param ends the ids of those that end one
 * @param statedEnd the id of the one that the file says ends one, if it does
 * @param addsBegin whether a text begins with its begin token
 */
record GgufTokens(
    Optional<Integer> begin, Set<Integer> ends, Optional<Integer> statedEnd, boolean addsBegin) {
  static final String TOKENS = "tokenizer.ggml.tokens";
  static final String TYPES = "tokenizer.ggml.token_type";
  static final String BEGIN = "tokenizer.ggml.bos_token_id";
  static final String ADDS_BEGIN = "tokenizer.ggml.add_bos_token";
  static final List<String> ENDS =
      List.of(
          "tokenizer.ggml.eos_token_id",
          "tokenizer.ggml.eot_token_id",
          "tokenizer.ggml.eom_token_id");

  /** What ends a turn in the templates of published models, whether or not a key says so. */
  private static final Set<String> TURN_ENDS =
      Set.of("<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>", "<|end|>");

  static GgufTokens of(GgufMetadata metadata) {
    List<String> tokens = metadata.texts(TOKENS).orElse(List.of());
    Set<Integer> ends = new LinkedHashSet<>();
    ENDS.forEach(key -> id(metadata, key, tokens).ifPresent(ends::add));
    for (int id = 0; id < tokens.size(); id++) {
      if (TURN_ENDS.contains(tokens.get(id))) {
        ends.add(id);
      }
    }
    return new GgufTokens(
        id(metadata, BEGIN, tokens),
        ends,
        id(metadata, ENDS.get(0), tokens),
        metadata.flag(ADDS_BEGIN).orElseGet(() -> usuallyAdds(metadata)));
  }

  /** Files that say nothing: those of SentencePiece and of Llama 3 do. */
  private static boolean usuallyAdds(GgufMetadata metadata) {
    String model = metadata.text("tokenizer.ggml.model").orElse("");
    String cut = metadata.text("tokenizer.ggml.pre").orElse("");
    return model.equals("llama") || cut.equals("llama-bpe") || cut.equals("llama3");
  }

  /** Returns the token of a key, if there is one. */
  static Optional<Integer> id(GgufMetadata metadata, String key, List<String> tokens) {
    // Files write 2^32 − 1 for none.
    Optional<Integer> id =
        metadata
            .number(key)
            .filter(value -> value != 0xFFFF_FFFFL && value != -1)
            .flatMap(value -> metadata.integer(key, 0));
    id.filter(value -> !tokens.isEmpty() && value >= tokens.size())
        .ifPresent(
            value -> {
              throw metadata.wrong(key, "the id of one of the " + tokens.size() + " tokens", value);
            });
    return id;
  }
}
