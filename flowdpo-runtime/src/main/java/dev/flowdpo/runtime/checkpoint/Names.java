package dev.flowdpo.runtime.checkpoint;

import java.util.Collection;
import java.util.stream.Collectors;

/** Lists of names in error messages. */
final class Names {
  private static final int SHOWN = 5;

  private Names() {}

  /** {@return the first few names in quotes and the number of the others} */
  static String shown(Collection<String> names) {
    if (names.isEmpty()) {
      return "none";
    }
    String first =
        names.stream().limit(SHOWN).map(n -> '"' + n + '"').collect(Collectors.joining(", "));
    int others = names.size() - SHOWN;
    return others > 0 ? first + " and " + others + " more" : first;
  }
}
