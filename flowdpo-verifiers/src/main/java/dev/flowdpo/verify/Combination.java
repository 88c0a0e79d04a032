package dev.flowdpo.verify;

import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.rollout.VerifierCalls;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Several verifiers asked in order, each about the answers that those before it left open. Where
 * one of them takes batches, so does the whole.
 */
final class Combination {
  private final List<Verifier> parts;
  private final Rule rule;

  /** What the verdicts of all parts come to. */
  interface Rule {
    /** Returns the verdict if this part's settles the matter, whatever the others would say. */
    Optional<Verdict> settled(Verdict verdict);

    /** Returns the verdict after all parts have spoken, none of which settled the matter. */
    Verdict conclusion(List<Verdict> verdicts);
  }

  private Combination(Collection<Verifier> parts, Rule rule) {
    this.parts = List.copyOf(parts);
    this.rule = rule;
  }

  /** Returns a verifier that asks the parts: for batches only where one of them is. */
  static Verifier of(Collection<Verifier> parts, Rule rule) {
    Combination combination = new Combination(parts, rule);
    if (parts.stream().anyMatch(BatchVerifier.class::isInstance)) {
      return (BatchVerifier) combination::judged;
    }
    return attempt -> combination.judged(List.of(attempt)).get(0);
  }

  private List<Verdict> judged(List<Attempt> attempts) {
    List<Case> cases = attempts.stream().map(Case::new).toList();
    for (Verifier part : parts) {
      List<Case> open = cases.stream().filter(c -> c.settled.isEmpty()).toList();
      List<Verdict> verdicts = VerifierCalls.all(part, open.stream().map(c -> c.attempt).toList());
      IntStream.range(0, open.size()).forEach(i -> open.get(i).add(verdicts.get(i), rule));
    }
    return cases.stream().map(c -> c.settled.orElseGet(() -> rule.conclusion(c.verdicts))).toList();
  }

  /** One answer and what has been said of it. */
  private static final class Case {
    private final Attempt attempt;
    private final List<Verdict> verdicts = new ArrayList<>();
    private Optional<Verdict> settled = Optional.empty();

    Case(Attempt attempt) {
      this.attempt = attempt;
    }

    void add(Verdict verdict, Rule rule) {
      verdicts.add(verdict);
      settled = rule.settled(verdict);
    }
  }
}
