package dev.flowdpo.policy;

import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;

/**
 * Watches solutions grow. Every method does nothing unless overridden.
 *
 * <p>All calls of one solve come on one thread: the caller's, or for an asynchronous solve one that
 * waits for it. A slow listener delays its own solve only. For one problem the calls come in order:
 * start, texts and chunks, then the solution or an error; in a batch the problems interleave. A
 * flow used from several threads calls its listener from all of them. An exception gives the solve
 * up and reaches its caller.
 */
public interface FlowListener {

  /** Tells that a solve of the problem begins. */
  default void onStart(Problem problem) {}

  /**
   * Tells text of the chunk at this place, from 0, as it is written, where {@code
   * SolveOptions.streamEvery} asks for it; otherwise a chunk's whole text before its {@link
   * #onChunk}.
   */
  default void onText(Problem problem, int index, String text) {}

  /**
   * Tells that the chunk at this place in the problem's solution, from 0, was written and judged.
   */
  default void onChunk(Problem problem, int index, SolutionChunk chunk) {}

  /** Tells that a solution is complete. */
  default void onSolved(Solution solution) {}

  /** Tells that there will be no solution, and why: what the caller gets. */
  default void onError(Problem problem, Throwable cause) {}
}
