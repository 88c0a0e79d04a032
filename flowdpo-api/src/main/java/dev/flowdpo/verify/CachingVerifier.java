package dev.flowdpo.verify;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.flowdpo.Problem;
import dev.flowdpo.internal.Require;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Remembers verdicts by content: question, known answer, attributes and solution. Rollouts often
 * end in the same text, and a costly verifier need not judge it twice. Unknown verdicts are not
 * remembered, since what failed once may work the next time.
 *
 * <pre>{@code
 * Verifier verifier = new CachingVerifier(remote, 100_000);
 * RolloutRequest request = new RolloutRequest(
 *     problems, policy, judge, verifier, FlowOptions.paper(), 1, 42);
 * }</pre>
 *
 * <p>Passes batches on as batches, without what it knows. Thread-safe if the verifier is; two
 * threads that ask for the same new answer at one time may both reach it.
 */
public final class CachingVerifier implements BatchVerifier {
  private final Verifier verifier;
  private final Cache<HashCode, Verdict> verdicts;

  /**
   * Creates a cache.
   *
   * @param verifier judges what is not known yet
   * @param size how many verdicts are kept at most, at least 1; the least recently used go first
   * @throws dev.flowdpo.InvalidInputException if the size is below 1
   */
  public CachingVerifier(Verifier verifier, int size) {
    this.verifier = Objects.requireNonNull(verifier, "verifier");
    this.verdicts = CacheBuilder.newBuilder().maximumSize(Require.atLeast(1, "size", size)).build();
  }

  @Override
  public List<Verdict> verifyAll(List<Attempt> attempts) {
    List<HashCode> keys = attempts.stream().map(CachingVerifier::key).toList();
    Map<HashCode, Verdict> known = new HashMap<>();
    Map<HashCode, Attempt> open = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      Verdict cached = verdicts.getIfPresent(keys.get(i));
      if (cached == null) {
        open.put(keys.get(i), attempts.get(i));
      } else {
        known.put(keys.get(i), cached);
      }
    }
    Iterator<Verdict> judged = judged(List.copyOf(open.values())).iterator();
    for (HashCode key : open.keySet()) {
      Verdict verdict = judged.next();
      known.put(key, verdict);
      if (verdict.known()) {
        verdicts.put(key, verdict);
      }
    }
    return keys.stream().map(known::get).toList();
  }

  private List<Verdict> judged(List<Attempt> attempts) {
    if (verifier instanceof BatchVerifier batch && !attempts.isEmpty()) {
      return batch.verifyAll(attempts);
    }
    return attempts.stream().map(a -> verifier.verify(a.problem(), a.answer())).toList();
  }

  private static HashCode key(Attempt attempt) {
    Problem problem = attempt.problem();
    Hasher hasher = Hashing.sha256().newHasher();
    put(hasher, problem.question());
    put(hasher, problem.answer());
    put(hasher, attempt.answer());
    new TreeMap<>(problem.attributes())
        .forEach(
            (name, value) -> {
              put(hasher, name);
              put(hasher, value);
            });
    return hasher.hash();
  }

  /** Lengths keep neighbours apart: "ab" + "c" is not "a" + "bc". */
  private static void put(Hasher hasher, String text) {
    hasher.putInt(text.length()).putString(text, StandardCharsets.UTF_8);
  }
}
