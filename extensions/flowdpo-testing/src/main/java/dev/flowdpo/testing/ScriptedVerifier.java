package dev.flowdpo.testing;

import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A verifier made of a function of one attempt; remembers what it was asked, in the order in which
 * it was asked. As thread-safe as its function; those made here are.
 */
public final class ScriptedVerifier implements Verifier {
  private final Function<Attempt, Verdict> script;
  private final List<Attempt> attempts = new CopyOnWriteArrayList<>();

  /**
   * Creates a verifier that follows a function.
   *
   * @param script gives the verdict of an attempt, or throws
   */
  public ScriptedVerifier(Function<Attempt, Verdict> script) {
    this.script = Objects.requireNonNull(script, "script");
  }

  /**
   * Returns a verifier that gives these verdicts one after the other, whatever the answers, and
   * then begins again.
   *
   * @param verdicts at least one
   */
  public static ScriptedVerifier inTurn(Verdict... verdicts) {
    List<Verdict> script = List.of(verdicts);
    AtomicInteger asked = new AtomicInteger();
    return new ScriptedVerifier(
        attempt -> script.get(Math.floorMod(asked.getAndIncrement(), script.size())));
  }

  /** Returns a verifier that takes an answer for right where it holds the known one. */
  public static ScriptedVerifier knownAnswerInText() {
    return new ScriptedVerifier(
        attempt ->
            attempt
                .problem()
                .answer()
                .map(known -> Verdict.of(attempt.answer().contains(known)))
                .orElseGet(() -> Verdict.unknown("the problem has no known answer")));
  }

  @Override
  public Verdict verify(Attempt attempt) {
    attempts.add(attempt);
    return script.apply(attempt);
  }

  /** Returns what was asked so far. */
  public List<Attempt> attempts() {
    return List.copyOf(attempts);
  }
}
