package dev.flowdpo.preference;

import dev.flowdpo.error.Require;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** RPO, Pang et al., arXiv 2404.19733: an objective plus weight · −log π(chosen) / length. */
record ChosenNllObjective(DpoObjective base, double weight) implements DpoObjective {
  ChosenNllObjective {
    Objects.requireNonNull(base, "base");
    Require.notNegative("weight of the chosen completion's likelihood", weight);
  }

  @Override
  public double beta() {
    return base.beta();
  }

  @Override
  public boolean readsChosenOnly() {
    return base.readsChosenOnly();
  }

  @Override
  public PairRule rule(PairOptions options) {
    return base.rule(options);
  }

  @Override
  public boolean tokenLevel() {
    return base.tokenLevel();
  }

  @Override
  public GroupValue evaluate(List<ScoredCompletion> group) {
    GroupValue value = base.evaluate(group);
    double perToken = weight / group.get(0).length();
    double[][] derivatives = value.derivatives().clone();
    derivatives[0] = Arrays.stream(derivatives[0]).map(slope -> slope - perToken).toArray();
    return new GroupValue(value.loss() - perToken * group.get(0).policySum(), derivatives);
  }

  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    ObjectiveValue value = base.evaluate(sums);
    double perToken = weight / sums.chosenLength();
    return new ObjectiveValue(
        value.loss() - perToken * sums.policyChosen(),
        value.byPolicyChosen() - perToken,
        value.byPolicyRejected(),
        value.byReferenceChosen(),
        value.byReferenceRejected());
  }
}
