package dev.flowdpo.policy;

import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;

/**
 * Watches solutions grow. Every method does nothing unless overridden.
 *
 * <p>Called on the thread that solves, between two calls of the model, so a slow listener slows the
 * flow. The chunks of one problem come in order, and its solution after its last chunk; in a batch
 * the problems interleave. A flow used from several threads calls its listener from all of them. An
 * exception ends the solve and reaches its caller, which is a way to cancel.
 */
public interface FlowListener {

  /**
   * Tells that the chunk at this place in the problem's solution, from 0, was written and judged.
   */
  default void onChunk(Problem problem, int index, SolutionChunk chunk) {}

  /** Tells that a solution is complete. */
  default void onSolved(Solution solution) {}
}
