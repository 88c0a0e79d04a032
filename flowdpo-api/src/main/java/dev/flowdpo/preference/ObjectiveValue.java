package dev.flowdpo.preference;

/**
 * The loss of one pair and its derivatives by the four log-probability sums. Immutable and
 * thread-safe.
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

  /** {@return the value of a loss by its derivative with respect to the logit h alone} */
  public static ObjectiveValue ofLogit(double loss, double byLogit) {
    return ofRatios(loss, byLogit, -byLogit);
  }

  /**
   * {@return the value of a loss by its derivatives with respect to the two log-ratios alone, which
   * the reference enters with the opposite sign}
   */
  public static ObjectiveValue ofRatios(double loss, double byChosenRatio, double byRejectedRatio) {
    return new ObjectiveValue(
        loss, byChosenRatio, byRejectedRatio, -byChosenRatio, -byRejectedRatio);
  }
}
