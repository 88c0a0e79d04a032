package dev.flowdpo.cli.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.TokenIds;

/** Reads lists of token ids from JSON. Stateless and thread-safe. */
final class TokenIdsJson {
  private TokenIdsJson() {}

  /**
   * Returns the ids under a key.
   *
   * @param where the file, and the line where there are several, for messages
   * @param vocabulary the number of ids that the model knows
   * @throws InvalidInputException if there is no list of at least one id there, or an id is unknown
   *     to the model
   */
  static TokenIds read(String where, JsonNode object, String key, int vocabulary) {
    JsonNode list = object.path(key);
    if (!list.isArray() || list.isEmpty()) {
      throw new InvalidInputException(
          "%s: \"%s\": expected a list of at least one token id, found %s"
              .formatted(where, key, list.isMissingNode() ? "no such key" : JsonText.shown(list)));
    }
    TokenIds.Builder ids = TokenIds.builder(list.size());
    for (JsonNode id : list) {
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw new InvalidInputException(
            "%s: \"%s\": expected token ids, found %s".formatted(where, key, JsonText.shown(id)));
      }
      if (id.intValue() < 0 || id.intValue() >= vocabulary) {
        throw new InvalidInputException(
            "%s: \"%s\": expected ids from 0 to %d, the model's vocabulary, found %d"
                .formatted(where, key, vocabulary - 1, id.intValue()));
      }
      ids.add(id.intValue());
    }
    return ids.build();
  }
}
