package dev.flowdpo.preference;

/** −log π(chosen) / length: supervised fine-tuning on the chosen completion. */
record SupervisedObjective() implements DpoObjective {
  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    double perToken = 1.0 / sums.chosenLength();
    return new ObjectiveValue(-perToken * sums.policyChosen(), -perToken, 0, 0, 0);
  }

  @Override
  public boolean readsChosenOnly() {
    return true;
  }
}
