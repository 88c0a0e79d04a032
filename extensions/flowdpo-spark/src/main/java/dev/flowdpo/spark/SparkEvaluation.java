package dev.flowdpo.spark;

/**
 * How a flow did on a data set. Immutable and thread-safe.
 *
 * @param problems how many were solved
 * @param correct how many solutions are right
 * @param unknown on how many the verifier did not decide; they count as not right
 * @param meanChunks the mean number of chunks of a solution
 */
public record SparkEvaluation(long problems, long correct, long unknown, double meanChunks) {

  /** {@return the share of right solutions, in [0, 1]; 0 where there are no problems} */
  public double accuracy() {
    return problems == 0 ? 0 : (double) correct / problems;
  }
}
