package dev.flowdpo.verify;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.flowdpo.error.Require;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.rollout.VerifierCalls;
import dev.flowdpo.value.Problem;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Remembers verdicts by content: messages, known answer, attributes, solution and why it ends, not
 * the problem's id. Rollouts often end in the same text, and a costly verifier need not judge it
 * twice. Unknown verdicts are not remembered, since what failed once may work the next time.
 *
 * <pre>{@code
 * Verifier verifier = CachingVerifier.of(remote, 100_000);
 * }</pre>
 *
 * <p>A batch verifier stays one: it gets, in one call, what is not known yet, each text once; what
 * it throws costs these answers their verdicts. What another verifier throws is passed on.
 * Thread-safe if the verifier is; two threads that ask for the same new answer at one time may both
 * reach it.
 */
public final class CachingVerifier implements Verifier {
  private final Verifier verifier;
  private final Cache<HashCode, Verdict> verdicts;

  private CachingVerifier(Verifier verifier, int size) {
    this.verifier = Objects.requireNonNull(verifier, "verifier");
    this.verdicts = CacheBuilder.newBuilder().maximumSize(Require.atLeast(1, "size", size)).build();
  }

  /**
   * Returns a verifier with a memory.
   *
   * @param verifier judges what is not known yet
   * @param size how many verdicts are kept at most, at least 1; the least recently used go first
   * @return a {@link BatchVerifier} exactly where the verifier is one
   * @throws dev.flowdpo.error.InvalidInputException if the size is below 1
   */
  public static Verifier of(Verifier verifier, int size) {
    CachingVerifier cache = new CachingVerifier(verifier, size);
    return verifier instanceof BatchVerifier batch
        ? (BatchVerifier) attempts -> cache.verifyAll(batch, attempts)
        : cache;
  }

  @Override
  public Verdict verify(Attempt attempt) {
    HashCode key = key(attempt);
    Verdict cached = verdicts.getIfPresent(key);
    return cached == null ? remembered(key, verifier.verify(attempt)) : cached;
  }

  private List<Verdict> verifyAll(BatchVerifier batch, List<Attempt> attempts) {
    List<HashCode> keys = attempts.stream().map(CachingVerifier::key).toList();
    Map<HashCode, Verdict> found = new HashMap<>(verdicts.getAllPresent(keys));
    Map<HashCode, Attempt> open = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      if (!found.containsKey(keys.get(i))) {
        open.put(keys.get(i), attempts.get(i));
      }
    }
    List<HashCode> openKeys = List.copyOf(open.keySet());
    List<Verdict> judged = VerifierCalls.all(batch, List.copyOf(open.values()));
    for (int i = 0; i < judged.size(); i++) {
      found.put(openKeys.get(i), remembered(openKeys.get(i), judged.get(i)));
    }
    return keys.stream().map(found::get).toList();
  }

  private Verdict remembered(HashCode key, Verdict verdict) {
    if (VerifierCalls.checked(verdict).known()) {
      verdicts.put(key, verdict);
    }
    return verdict;
  }

  private static HashCode key(Attempt attempt) {
    Problem problem = attempt.problem();
    Hasher hasher = Hashing.sha256().newHasher();
    problem.messages().forEach(message -> put(hasher, message.role() + message.content()));
    put(hasher, problem.answer().orElse(""));
    put(hasher, attempt.answer());
    put(hasher, attempt.finishReason().map(Enum::name).orElse("") + attempt.truncated());
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
    hasher.putInt(text.length()).putUnencodedChars(text);
  }
}
