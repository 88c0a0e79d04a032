package dev.flowdpo.runtime.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.runtime.internal.JsonObjectFile;

/**
 * What SentencePiece does around merges, as a {@code tokenizer.json} says it: spaces become a mark
 * and back. Stateless and thread-safe.
 */
final class SpaceMarks {
  private static final String MARK = "\u2581";

  private SpaceMarks() {}

  /**
   * Returns the normalizer.
   *
   * @param spaceBefore whether a text begins with a space that is not there
   */
  static ObjectNode normalizer(boolean spaceBefore) {
    ObjectNode sequence = part("Sequence");
    ArrayNode steps = sequence.putArray("normalizers");
    if (spaceBefore) {
      steps.add(part("Prepend").put("prepend", MARK));
    }
    steps.add(replace(" ", MARK));
    return sequence;
  }

  /** Returns the decoder. */
  static ObjectNode decoder(boolean spaceBefore) {
    ObjectNode sequence = part("Sequence");
    ArrayNode steps = sequence.putArray("decoders");
    steps.add(replace(MARK, " "));
    steps.add(part("ByteFallback"));
    steps.add(part("Fuse"));
    if (spaceBefore) {
      steps.add(part("Strip").put("content", " ").put("start", 1).put("stop", 0));
    }
    return sequence;
  }

  private static ObjectNode replace(String text, String other) {
    ObjectNode replace = part("Replace").put("content", other);
    replace.putObject("pattern").put("String", text);
    return replace;
  }

  private static ObjectNode part(String type) {
    return JsonObjectFile.object().put("type", type);
  }
}
