package dev.flowdpo.runtime.text.definition;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@code added_tokens} may hold. */
final class AddedTokensSchema {
  static final int MAX_TOKENS = 1 << 16;

  private static final int LONGEST = 256;

  /** Of all contents together, which bounds what a search for them takes. */
  private static final int MAX_CHARACTERS = 1 << 19;

  private static final Set<String> FLAGS =
      Set.of("single_word", "lstrip", "rstrip", "normalized", "special");

  private AddedTokensSchema() {}

  /**
   * {@return the added tokens} The tokenizers library gives ids itself: that of the vocabulary, or
   * the next one behind all. A file that says otherwise is refused.
   */
  static List<AddedToken> read(
      List<JsonNode> list, Map<String, Integer> vocabulary, Refusal refusal) {
    List<AddedToken> added = new ArrayList<>();
    Map<String, Integer> ids = new HashMap<>();
    int largest = -1;
    int characters = 0;
    for (JsonNode each : list) {
      refusal.unless(each.isObject(), "added_tokens", "objects", each);
      for (Iterator<String> keys = each.fieldNames(); keys.hasNext(); ) {
        String key = keys.next();
        boolean flag = FLAGS.contains(key);
        refusal.unless(
            flag || key.equals("id") || key.equals("content"),
            "added_tokens." + key,
            "no such key",
            "it");
        refusal.unless(
            !flag || each.get(key).isBoolean(),
            "added_tokens." + key,
            "true or false",
            each.get(key));
      }
      JsonNode text = each.path("content");
      String content = text.asText();
      refusal.unless(
          text.isTextual() && !content.isEmpty() && content.length() <= LONGEST,
          "added_tokens.content",
          "strings of 1 to " + LONGEST + " characters",
          text);
      characters += content.length();
      refusal.unless(
          characters <= MAX_CHARACTERS,
          "added_tokens",
          "at most " + MAX_CHARACTERS + " characters together",
          "more");
      Integer known = vocabulary.get(content);
      int id = known != null ? known : Math.max(largest + 1, vocabulary.size());
      refusal.unless(
          ids.put(content, id) == null,
          "added_tokens",
          "every token once",
          "\"" + content + "\" twice");
      refusal.unless(
          each.path("id").isInt() && each.path("id").intValue() == id,
          "added_tokens.id",
          id + " for \"" + content + "\", which the vocabulary or the order of the tokens gives",
          each.path("id"));
      largest = Math.max(largest, id);
      added.add(
          new AddedToken(
              id,
              content,
              flag(each, "single_word"),
              flag(each, "lstrip"),
              flag(each, "rstrip"),
              flag(each, "normalized"),
              flag(each, "special")));
    }
    return List.copyOf(added);
  }

  private static boolean flag(JsonNode token, String key) {
    return token.path(key).asBoolean(false);
  }
}
