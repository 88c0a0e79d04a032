package dev.flowdpo.runtime.data;

import com.google.common.hash.Hashing;
import dev.flowdpo.value.Problem;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The ids of one pass over a file. One id stands for one question: seeds, splits and reports go by
 * ids. Keeps a hash of every id, about 100 bytes a row. Not thread-safe.
 */
final class ProblemIds {
  private record Seen(long question, String place) {}

  private final Map<Long, Seen> seen = new HashMap<>();

  /**
   * Returns whether the problem is new, and not a row seen before once more.
   *
   * @throws dev.flowdpo.error.InvalidInputException if another question has its id
   */
  boolean isNew(Problem problem, JsonRow row) {
    Seen now = new Seen(hash(problem.question()), row.place());
    Seen before = seen.putIfAbsent(hash(problem.id()), now);
    if (before != null && before.question != now.question) {
      throw row.wrong(
          "id",
          "an id of its own for every question",
          "\"" + problem.id() + "\", which another question has in " + before.place);
    }
    return before == null;
  }

  private static long hash(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).asLong();
  }
}
