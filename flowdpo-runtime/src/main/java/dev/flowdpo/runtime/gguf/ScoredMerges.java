package dev.flowdpo.runtime.gguf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The merges that the scores of a SentencePiece vocabulary mean: two tokens become one that is a
 * token too, the one with the highest score first. The order among merges of equal score is that of
 * folders that were converted from such a vocabulary. Stateless and thread-safe.
 */
final class ScoredMerges {
  private ScoredMerges() {}

  /** Two tokens, and the score of what they become. */
  record Merge(String left, String right, double score) {}

  /**
   * Returns the merges, first those that come first.
   *
   * @param tokens the tokens by their ids; an empty one stands for none
   * @param scores the score of each
   */
  static List<Merge> of(List<String> tokens, List<? extends Number> scores) {
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < tokens.size(); id++) {
      ids.put(tokens.get(id), id);
    }
    ids.remove("");
    List<Merge> merges = new ArrayList<>();
    for (int id = 0; id < tokens.size(); id++) {
      String token = tokens.get(id);
      double score = scores.get(id).doubleValue();
      List<Merge> own = new ArrayList<>();
      for (int end = 1; end < length(token); end++) {
        int at = token.offsetByCodePoints(0, end);
        String left = token.substring(0, at);
        String right = token.substring(at);
        if (ids.containsKey(left) && ids.containsKey(right)) {
          own.add(new Merge(left, right, score));
        }
      }
      own.sort(Comparator.comparing(merge -> ids.get(merge.left())));
      merges.addAll(own);
    }
    // Stable: in the order of ids where all else is equal.
    merges.sort(
        Comparator.comparingDouble(Merge::score)
            .thenComparingInt(merge -> length(merge.left()))
            .thenComparingInt(merge -> length(merge.right()))
            .reversed());
    return merges;
  }

  private static int length(String token) {
    return token.codePointCount(0, token.length());
  }
}
