package dev.flowdpo.runtime.text;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.runtime.internal.Lookup;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells a chat model whose files bring no chat template, which answers plain text badly: by its
 * name, or by a token that ends a turn among those that end its texts. Stateless and thread-safe.
 */
final class MissingTemplate {
  private static final Pattern NAME =
      Pattern.compile("(^|[-_. ])(instruct|chat|it|assistant)([-_. ]|$)");

  /** What ends a turn, with what begins one: either alone may mean something else. */
  private static final Map<String, String> TURNS =
      ImmutableMap.of(
          "<|im_end|>", "<|im_start|>",
          "<|eot_id|>", "<|start_header_id|>",
          "<end_of_turn>", "<start_of_turn>",
          "<|end|>", "<|assistant|>");

  /** The tokens that published templates write, and what the templates are called. */
  private static final Map<String, String> KNOWN =
      ImmutableMap.of(
          "<|im_start|>", "ChatML",
          "<|start_header_id|>", "Llama 3's",
          "<start_of_turn>", "Gemma's",
          "<|start_of_role|>", "Granite's",
          "<|assistant|>", "Phi 3's",
          "[INST]", "Mistral's");

  private MissingTemplate() {}

  /**
   * {@return what to do about a missing template, where the model needs one}
   *
   * @param ends the ids of the tokens that end the model's texts
   */
  static Optional<String> advice(
      PromptSettings settings, Tokenizer tokenizer, Collection<Integer> ends) {
    if (settings.chatTemplate().isPresent() || FlowTemplates.hasPrompt(settings.flowJson())) {
      return Optional.empty();
    }
    return reason(settings, tokenizer, settings.statedEnds().orElse(List.copyOf(ends)))
        .map(
            reason ->
                ("%s: expected a chat template, as %s a chat model, found none; questions are put"
                        + " as plain text, which such a model answers badly. Save %s from the"
                        + " model's page as %s, or, if plain text is meant, put \"prompt\" into %s")
                    .formatted(
                        settings.model(),
                        reason,
                        template(tokenizer),
                        settings.chatTemplateFile(),
                        settings.flowJson()));
  }

  private static Optional<String> reason(
      PromptSettings settings, Tokenizer tokenizer, Collection<Integer> ends) {
    Optional<String> end =
        TURNS.keySet().stream()
            .filter(token -> tokenizer.idOf(token).stream().anyMatch(ends::contains))
            .filter(token -> tokenizer.idOf(Lookup.required(TURNS, token)).isPresent())
            .findFirst();
    if (end.isPresent()) {
      return Optional.of("the token " + end.get() + ", which ends its texts, says that it is");
    }
    String name = String.valueOf(settings.model().getFileName()).toLowerCase(Locale.ROOT);
    return NAME.matcher(name).find() ? Optional.of("its name says that it is") : Optional.empty();
  }

  private static String template(Tokenizer tokenizer) {
    return KNOWN.entrySet().stream()
        .filter(known -> tokenizer.idOf(known.getKey()).isPresent())
        .map(
            known -> "its template (" + known.getValue() + ", by its token " + known.getKey() + ")")
        .findFirst()
        .orElse("its template");
  }
}
