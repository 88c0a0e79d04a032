package dev.flowdpo.verify;

import dev.flowdpo.rollout.Verdict;
import java.util.List;
import java.util.Optional;

/** The first known verdict counts, else the last one. */
record FirstDecisive() implements Combination.Rule {
  @Override
  public Optional<Verdict> settled(Verdict verdict) {
    return verdict.known() ? Optional.of(verdict) : Optional.empty();
  }

  @Override
  public Verdict conclusion(List<Verdict> verdicts) {
    return verdicts.get(verdicts.size() - 1);
  }
}
