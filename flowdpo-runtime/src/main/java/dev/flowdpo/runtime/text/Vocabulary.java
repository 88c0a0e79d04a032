package dev.flowdpo.runtime.text;

import com.google.common.collect.ImmutableSet;
import dev.flowdpo.runtime.text.definition.AddedToken;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tokens of a {@code tokenizer.json} and their ids, added tokens included. Immutable and
 * thread-safe.
 *
 * @param ids the id of each token, as the file spells the token
 * @param size the largest id plus one
 * @param special the special tokens, as the file spells them, without the one for unknown text
 */
record Vocabulary(Map<String, Integer> ids, int size, Set<String> special) {
  /** {@return the vocabulary of the definition} */
  static Vocabulary of(TokenizerDefinition definition) {
    Map<String, Integer> ids = new HashMap<>(definition.model().vocabulary());
    Set<String> special = new TreeSet<>();
    for (AddedToken token : definition.added()) {
      ids.put(token.content(), token.id());
      if (token.special()) {
        special.add(token.content());
      }
    }
    definition.model().unknown().ifPresent(special::remove);
    int largest = ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
    return new Vocabulary(
        Collections.unmodifiableMap(ids), largest + 1, ImmutableSet.copyOf(special));
  }
}
