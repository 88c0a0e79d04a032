package dev.flowdpo.policy;

import dev.flowdpo.error.Require;

/**
 * How a policy draws the next token from its distribution: the logits are divided by the
 * temperature, then cut to the {@code topK} likeliest tokens, then to the smallest set of likeliest
 * tokens whose probabilities sum to at least {@code topP}.
 *
 * <p>Immutable and thread-safe. The paper does not state its sampling (arXiv 2410.22304); FlowDPO's
 * default is temperature 0.7 with topP 0.9, see {@link dev.flowdpo.policy.FlowOptions#paper()}.
 *
 * @param temperature at least 0; 0 takes the likeliest token always (greedy)
 * @param topK at least 0; 0 keeps all tokens
 * @param topP in (0, 1]; 1 keeps all tokens
 */
public record SamplingOptions(double temperature, int topK, double topP) {
  /** The likeliest token always: temperature 0, no cuts. */
  public static final SamplingOptions GREEDY = new SamplingOptions(0, 0, 1);

  /**
   * Checks the values.
   *
   * @throws dev.flowdpo.error.InvalidInputException if one is out of its range
   */
  public SamplingOptions {
    Require.notNegative("temperature", temperature);
    Require.atLeast(0, "topK", topK);
    Require.above(0, 1, "topP", topP);
  }

  /**
   * Returns options with this temperature and no cuts.
   *
   * @param temperature at least 0
   * @return the options
   * @throws dev.flowdpo.error.InvalidInputException if the temperature is negative or not finite
   */
  public static SamplingOptions of(double temperature) {
    return new SamplingOptions(temperature, 0, 1);
  }

  /**
   * Says whether the likeliest token is always taken.
   *
   * @return true at temperature 0
   */
  public boolean isGreedy() {
    return temperature == 0;
  }
}
