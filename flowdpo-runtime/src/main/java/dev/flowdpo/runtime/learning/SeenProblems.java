package dev.flowdpo.runtime.learning;

import com.google.common.hash.Hashing;
import dev.flowdpo.value.TokenIds;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a learner has learned from, how often, the oldest first: problems by a hash of their ids,
 * served solutions by that and a hash of their tokens. Forgets the oldest beyond a limit.
 * Thread-safe.
 */
final class SeenProblems {
  private static final int DIGITS = 16;

  private final Map<String, Integer> counts = new LinkedHashMap<>();
  private final int limit;

  SeenProblems(int limit) {
    this.limit = limit;
  }

  /** Returns what stands for a problem. */
  static String key(String problemId) {
    return hash(problemId);
  }

  /** Returns what stands for a served solution of a problem. */
  static String key(String problemId, TokenIds tokens) {
    return hash(problemId) + "/" + hash(tokens.toString());
  }

  private static String hash(String text) {
    return Hashing.sha256()
        .hashString(text, StandardCharsets.UTF_8)
        .toString()
        .substring(0, DIGITS);
  }

  synchronized void add(String key) {
    put(key, count(key) + 1);
  }

  /** Sets how often something was seen; it counts as the newest. */
  synchronized void put(String key, int count) {
    counts.remove(key);
    counts.put(key, count);
    Iterator<String> oldest = counts.keySet().iterator();
    while (counts.size() > limit) {
      oldest.next();
      oldest.remove();
    }
  }

  /** Returns how often it was seen. */
  synchronized int count(String key) {
    return counts.getOrDefault(key, 0);
  }

  /** Forgets a problem and all its served solutions, and returns whether there were any. */
  synchronized boolean forget(String problemId) {
    return counts.keySet().removeIf(key -> key.startsWith(hash(problemId)));
  }

  /** Returns a copy, the oldest first. */
  synchronized Map<String, Integer> counts() {
    return new LinkedHashMap<>(counts);
  }
}
