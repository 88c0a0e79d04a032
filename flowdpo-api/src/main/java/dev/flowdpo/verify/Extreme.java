package dev.flowdpo.verify;

import dev.flowdpo.Problem;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.util.List;
import java.util.Optional;

/** The lowest or the highest reward of several verifiers. */
final class Extreme implements Verifier {
  private final List<Verifier> parts;
  private final boolean lowest;

  Extreme(List<Verifier> parts, boolean lowest) {
    this.parts = parts;
    this.lowest = lowest;
  }

  @Override
  public Verdict verify(Problem problem, String answer) {
    double end = lowest ? 0 : 1;
    Optional<Verdict> best = Optional.empty();
    Optional<Verdict> unknown = Optional.empty();
    for (Verifier part : parts) {
      Verdict verdict = part.verify(problem, answer);
      if (!verdict.known()) {
        unknown = Optional.of(verdict);
      } else if (verdict.reward() == end) {
        return verdict;
      } else if (best.isEmpty() || lowest == verdict.reward() < best.get().reward()) {
        best = Optional.of(verdict);
      }
    }
    return unknown.isPresent() ? unknown.get() : best.orElseThrow();
  }
}
