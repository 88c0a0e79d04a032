package dev.flowdpo.runtime.tiny;

import dev.flowdpo.runtime.tiny.BytePairVocabulary.Merge;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Trains a byte-level byte-pair tokenizer until every word of its texts is one token.
 *
 * <p>Texts are split into pieces: a word with the space before it, a single digit, a run of symbols
 * with the space before it, white space. Byte-pair encoding (Sennrich et al., arXiv 1508.07909)
 * then joins, again and again, the neighbouring pair that occurs in most different pieces; counting
 * pieces rather than occurrences lets words share their parts and keeps the vocabulary small.
 * Digits are never joined, so every number is written in the same ten tokens.
 *
 * <p>Stateless and thread-safe; the same texts give the same vocabulary. Cost: merges × pieces.
 */
public final class BytePairTrainer {
  /** How a text is split before merging; the digits stay alone, words carry their space. */
  static final Pattern PIECES =
      Pattern.compile(
          " ?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s",
          Pattern.UNICODE_CHARACTER_CLASS);

  private static final Comparator<Map.Entry<Merge, Integer>> BY_COUNT_THEN_TEXT =
      Map.Entry.<Merge, Integer>comparingByValue()
          .thenComparing(entry -> entry.getKey().left(), Comparator.reverseOrder())
          .thenComparing(entry -> entry.getKey().right(), Comparator.reverseOrder());

  private BytePairTrainer() {}

  /**
   * Returns a vocabulary in which every piece of the texts is one token.
   *
   * @param texts the training texts
   * @return the vocabulary: the end token, 256 byte symbols, and the merged tokens
   */
  public static BytePairVocabulary train(Iterable<String> texts) {
    Set<String> pieces = new TreeSet<>();
    for (String text : texts) {
      Matcher matcher = PIECES.matcher(text);
      while (matcher.find()) {
        pieces.add(matcher.group());
      }
    }
    Map<Merge, Integer> ranks = new LinkedHashMap<>();
    Set<String> tokens = new LinkedHashSet<>();
    tokens.add(BytePairVocabulary.END);
    tokens.addAll(ByteAlphabet.all());
    List<List<String>> open = new ArrayList<>();
    for (String piece : pieces) {
      open.add(ByteAlphabet.symbols(piece));
    }
    for (open.removeIf(BytePairTrainer::isWhole); !open.isEmpty(); ) {
      Merge merge = mostShared(open);
      ranks.put(merge, ranks.size());
      tokens.add(merge.joined());
      open.replaceAll(symbols -> encode(symbols, ranks));
      open.removeIf(BytePairTrainer::isWhole);
    }
    return new BytePairVocabulary(List.copyOf(tokens), List.copyOf(ranks.keySet()));
  }

  private static boolean isWhole(List<String> symbols) {
    return symbols.size() <= 1;
  }

  private static Merge mostShared(List<List<String>> open) {
    Map<Merge, Integer> counts = new HashMap<>();
    for (List<String> symbols : open) {
      Set<Merge> pairs = new LinkedHashSet<>();
      for (int i = 1; i < symbols.size(); i++) {
        pairs.add(new Merge(symbols.get(i - 1), symbols.get(i)));
      }
      pairs.forEach(pair -> counts.merge(pair, 1, Integer::sum));
    }
    return counts.entrySet().stream().max(BY_COUNT_THEN_TEXT).orElseThrow().getKey();
  }

  /** Returns the symbols after every known merge, lowest rank first, as an encoder applies them. */
  private static List<String> encode(List<String> symbols, Map<Merge, Integer> ranks) {
    List<String> merged = new ArrayList<>(symbols);
    while (merged.size() > 1) {
      int at = -1;
      int best = Integer.MAX_VALUE;
      for (int i = 1; i < merged.size(); i++) {
        int rank = ranks.getOrDefault(new Merge(merged.get(i - 1), merged.get(i)), best);
        if (rank < best) {
          best = rank;
          at = i - 1;
        }
      }
      if (at < 0) {
        return merged;
      }
      merged.set(at, merged.get(at) + merged.remove(at + 1));
    }
    return merged;
  }
}
