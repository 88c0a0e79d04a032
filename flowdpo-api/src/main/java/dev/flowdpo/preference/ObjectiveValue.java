package dev.flowdpo.preference;

/**
 * The loss of one pair and its derivatives by the four log-probability sums.
 *
 * <p>Immutable and thread-safe.
 *
 * @param loss the loss
 * @param byPolicyChosen ∂loss / ∂ log π(chosen)
 * @param byPolicyRejected ∂loss / ∂ log π(rejected)
 * @param byReferenceChosen ∂loss / ∂ log π_ref(chosen); of use only where the reference moves
 * @param byReferenceRejected ∂loss / ∂ log π_ref(rejected)
 */
public record ObjectiveValue(
    double loss,
    double byPolicyChosen,
    double byPolicyRejected,
    double byReferenceChosen,
    double byReferenceRejected) {

  /** A function of h alone: dh/d(chosen ratio) = 1 and dh/d(rejected ratio) = −1. */
  static ObjectiveValue ofLogit(double loss, double byLogit) {
    return ofRatios(loss, byLogit, -byLogit);
  }

  /** A function of the two log-ratios: the reference enters each with the opposite sign. */
  static ObjectiveValue ofRatios(double loss, double byChosenRatio, double byRejectedRatio) {
    return new ObjectiveValue(
        loss, byChosenRatio, byRejectedRatio, -byChosenRatio, -byRejectedRatio);
  }
}
