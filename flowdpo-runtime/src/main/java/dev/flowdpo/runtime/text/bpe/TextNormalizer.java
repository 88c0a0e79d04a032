package dev.flowdpo.runtime.text.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Changes text before it is cut into words, step by step. Immutable and thread-safe. */
final class TextNormalizer {
  private final List<UnaryOperator<String>> steps = new ArrayList<>();

  private TextNormalizer() {}

  /**
   * {@return the normalizer of the definition, if all of its steps are among those written here}
   */
  static Optional<TextNormalizer> of(JsonNode part) {
    TextNormalizer normalizer = new TextNormalizer();
    return normalizer.add(part) ? Optional.of(normalizer) : Optional.empty();
  }

  private boolean add(JsonNode part) {
    switch (part.path("type").asText()) {
      case "" -> {
        return part.isNull();
      }
      case "Sequence" -> {
        boolean known = true;
        for (JsonNode step : part.path("normalizers")) {
          known &= add(step);
        }
        return known;
      }
      case "NFC" -> steps.add(Composition::of);
      case "Prepend" -> {
        String before = part.path("prepend").asText();
        steps.add(text -> before + text);
      }
      case "Replace" -> {
        String replaced = part.path("pattern").path("String").asText();
        String content = part.path("content").asText();
        steps.add(text -> text.replace(replaced, content));
        // Where text is taken out, the library counts from what is left.
        return !replaced.isEmpty() && !content.isEmpty();
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** {@return whether every text stays as it is} */
  boolean changesNothing() {
    return steps.isEmpty();
  }

  /** {@return the text changed; not for an empty one, which stays empty} */
  String apply(String text) {
    String changed = text;
    for (UnaryOperator<String> step : steps) {
      changed = step.apply(changed);
    }
    return changed;
  }
}
