package dev.flowdpo.testing;

import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A judge made of a function of one row; remembers its batches and counts its snapshots. */
public final class ScriptedJudge implements StopJudge {
  private final Function<PartialAnswer, StopDecision> script;
  private final List<List<PartialAnswer>> batches = new CopyOnWriteArrayList<>();
  private final AtomicInteger snapshots = new AtomicInteger();

  public ScriptedJudge(Function<PartialAnswer, StopDecision> script) {
    this.script = script;
  }

  /** Returns a judge that stops at this many chunks, with probability depth / 10. */
  public static ScriptedJudge stoppingAt(int depth) {
    return new ScriptedJudge(
        answer -> new StopDecision(answer.depth() >= depth, answer.depth() / 10.0));
  }

  /** Returns a judge that stops after a vowel. */
  public static ScriptedJudge stoppingAtVowels() {
    return new ScriptedJudge(
        answer -> {
          String text = answer.text();
          boolean vowel = "aeiou".indexOf(text.charAt(text.length() - 1)) >= 0;
          return new StopDecision(vowel, vowel ? 0.9 : 0.1);
        });
  }

  @Override
  public List<StopDecision> judge(List<PartialAnswer> partials) {
    batches.add(List.copyOf(partials));
    return partials.stream().map(script).toList();
  }

  @Override
  public StopJudge snapshot() {
    snapshots.incrementAndGet();
    return this;
  }

  public List<List<PartialAnswer>> batches() {
    return batches;
  }

  public int snapshots() {
    return snapshots.get();
  }
}
