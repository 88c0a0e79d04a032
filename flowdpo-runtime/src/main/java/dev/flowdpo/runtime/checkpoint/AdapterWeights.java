package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableSortedMap;
import java.util.Map;
import java.util.SortedMap;

/**
 * A LoRA adapter: the matrices of every adapted layer and what scales them. Immutable and
 * thread-safe.
 *
 * @param rank the inner dimension of every module's matrices
 * @param alpha the numerator of the scaling
 * @param dropout the probability with which training drops an input of A; no effect on inference
 * @param modules the matrices by module name, such as {@code model.layers.0.self_attn.q_proj}
 */
public record AdapterWeights(
    int rank, double alpha, double dropout, SortedMap<String, LoraMatrices> modules) {
  /**
   * Copies the map, not the matrices, which are immutable.
   *
   * @throws IllegalArgumentException if the rank or alpha is not positive, the dropout is not in
   *     [0, 1), or a module has another rank
   */
  public AdapterWeights {
    if (rank < 1 || !(alpha > 0) || Double.isInfinite(alpha) || !(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "expected a positive rank, a positive alpha and a dropout in [0, 1), found rank "
              + rank
              + ", alpha "
              + alpha
              + ", dropout "
              + dropout);
    }
    modules = ImmutableSortedMap.copyOf(modules);
    for (Map.Entry<String, LoraMatrices> module : modules.entrySet()) {
      if (module.getValue().rank() != rank) {
        throw new IllegalArgumentException(
            module.getKey() + ": expected rank " + rank + ", found " + module.getValue().rank());
      }
    }
  }

  /** {@return the factor on B A x: alpha divided by the rank} */
  public double scaling() {
    return alpha / rank;
  }
}
