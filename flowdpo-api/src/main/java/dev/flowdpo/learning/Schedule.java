package dev.flowdpo.learning;

/** How the learning rate goes on after its warm-up. */
public enum Schedule {
  /** It stays. */
  CONSTANT,
  /** It falls in a straight line to 0 at {@link LearningRates#totalProblems()} problems. */
  LINEAR
}
