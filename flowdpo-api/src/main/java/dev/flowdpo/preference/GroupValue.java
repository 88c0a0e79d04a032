package dev.flowdpo.preference;

/**
 * The loss of one group of completions and its derivatives by log-probabilities under the policy.
 * Immutable and thread-safe as far as nobody writes to its arrays.
 *
 * @param loss the loss
 * @param derivatives an array a completion, in their order: ∂loss / ∂ log π of the completion, one
 *     number, or of each of its tokens
 */
public record GroupValue(double loss, double[]... derivatives) {

  /**
   * {@return the value of a loss whose derivative by each completion's log π is this, in their
   * order}
   */
  public static GroupValue ofCompletions(double loss, double... byCompletion) {
    double[][] derivatives = new double[byCompletion.length][];
    for (int i = 0; i < derivatives.length; i++) {
      derivatives[i] = new double[] {byCompletion[i]};
    }
    return new GroupValue(loss, derivatives);
  }
}
