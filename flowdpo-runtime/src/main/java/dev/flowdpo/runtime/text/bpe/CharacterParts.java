package dev.flowdpo.runtime.text.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.runtime.text.definition.TokenModel;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a definition of characters with byte fallback says.
 *
 * @param wholeWords the tokens that a word can be as it is
 * @param byteIds the id of each single byte
 * @param normalizer how text is changed first
 * @param mark what stands for a space, where a step of its own writes it
 * @param decoder how tokens become text
 */
record CharacterParts(
    Map<String, Integer> wholeWords,
    int[] byteIds,
    TextNormalizer normalizer,
    Optional<SpaceMark> mark,
    CharacterDecoder decoder) {

  /**
   * What stands for a space.
   *
   * @param text the character
   * @param always whether it is put before every piece that does not begin with it
   * @param first whether it is put before such a piece at the beginning of a text
   * @param splits whether a word begins at each
   */
  record SpaceMark(String text, boolean always, boolean first, boolean splits) {}

  /** {@return the encoder of the definition, if all of its parts are among those written here} */
  static Optional<BytePairEncoder> encoder(TokenizerDefinition definition) {
    if (!(definition.model() instanceof TokenModel.BytePair model)
        || !model.byteFallback()
        || !AddedTokens.canFind(definition.added())) {
      return Optional.empty();
    }
    int[] byteIds = new int[256];
    for (int b = 0; b < 256; b++) {
      Integer id = model.vocabulary().get(String.format(Locale.ROOT, "<0x%02X>", b));
      if (id == null) {
        return Optional.empty();
      }
      byteIds[b] = id;
    }
    Optional<TextNormalizer> normalizer = TextNormalizer.of(definition.normalizer());
    Optional<CharacterDecoder> decoder = decoder(definition);
    JsonNode cut = definition.preTokenizer();
    Optional<SpaceMark> mark = mark(cut);
    boolean whole = cut.isNull() || findsNothing(cut, definition.normalizer());
    if (normalizer.isEmpty() || decoder.isEmpty() || (mark.isEmpty() && !whole)) {
      return Optional.empty();
    }
    return Optional.of(
        new CharacterEncoder(
            new CharacterParts(
                model.wholeWords() ? model.vocabulary() : Map.of(),
                byteIds,
                normalizer.get(),
                mark,
                decoder.get()),
            model,
            definition.added()));
  }

  private static Optional<SpaceMark> mark(JsonNode step) {
    if (!type(step).equals("Metaspace") || !step.has("prepend_scheme") || !step.has("split")) {
      return Optional.empty();
    }
    String scheme = step.path("prepend_scheme").asText();
    return Optional.of(
        new SpaceMark(
            step.path("replacement").asText(),
            scheme.equals("always"),
            scheme.equals("first"),
            step.path("split").asBoolean()));
  }

  /** Returns whether a step cuts at a text that the normalizer has left nowhere. */
  private static boolean findsNothing(JsonNode step, JsonNode normalizer) {
    JsonNode sought = step.path("pattern").path("String");
    return type(step).equals("Split")
        && !step.path("invert").asBoolean(true)
        && type(normalizer).equals("Replace")
        && sought.isTextual()
        && sought.equals(normalizer.path("pattern").path("String"))
        && sought.textValue().length() == 1
        && !normalizer.path("content").asText().contains(sought.textValue());
  }

  private static Optional<CharacterDecoder> decoder(TokenizerDefinition definition) {
    List<JsonNode> steps = new ArrayList<>();
    definition.decoder().path("decoders").forEach(steps::add);
    List<CharacterDecoder.Replacement> replacements = new ArrayList<>();
    int at = 0;
    while (at < steps.size() && type(steps.get(at)).equals("Replace")) {
      JsonNode step = steps.get(at++);
      String replaced = step.path("pattern").path("String").asText();
      if (replaced.isEmpty()) {
        return Optional.empty();
      }
      replacements.add(new CharacterDecoder.Replacement(replaced, step.path("content").asText()));
    }
    List<String> rest = steps.subList(at, steps.size()).stream().map(CharacterParts::type).toList();
    boolean strips = rest.equals(List.of("ByteFallback", "Fuse", "Strip"));
    if (!strips && !rest.equals(List.of("ByteFallback", "Fuse"))) {
      return Optional.empty();
    }
    JsonNode strip = steps.get(steps.size() - 1);
    return Optional.of(
        new CharacterDecoder(
            definition,
            replacements,
            strips ? strip.path("content").asText() : "",
            strips ? strip.path("start").asInt() : 0));
  }

  private static String type(JsonNode part) {
    return part.path("type").asText();
  }
}
