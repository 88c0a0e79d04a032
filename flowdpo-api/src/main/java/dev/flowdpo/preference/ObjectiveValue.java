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

  /**
   * Returns the value of a loss that depends on the logit h alone: dh/d(chosen log-ratio) = 1 and
   * dh/d(rejected log-ratio) = −1.
   *
   * @param loss the loss
   * @param byLogit dloss / dh
   * @return the loss with all four derivatives
   */
  public static ObjectiveValue ofLogit(double loss, double byLogit) {
    return ofRatios(loss, byLogit, -byLogit);
  }

  /**
   * Returns the value of a loss that depends on the two log-ratios alone: the reference enters each
   * with the opposite sign.
   *
   * @param loss the loss
   * @param byChosenRatio ∂loss / ∂ chosen log-ratio
   * @param byRejectedRatio ∂loss / ∂ rejected log-ratio
   * @return the loss with all four derivatives
   */
  public static ObjectiveValue ofRatios(double loss, double byChosenRatio, double byRejectedRatio) {
    return new ObjectiveValue(
        loss, byChosenRatio, byRejectedRatio, -byChosenRatio, -byRejectedRatio);
  }
}
