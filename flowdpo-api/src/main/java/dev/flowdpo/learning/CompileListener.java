package dev.flowdpo.learning;

/**
 * Watches an {@link AdapterCompiler}. Every method does nothing unless overridden. Called on the
 * thread that compiles, in order; an exception ends the training and reaches its caller.
 */
public interface CompileListener {

  /**
   * Tells that an optimizer step was taken.
   *
   * @param step its number, from 1
   * @param totalSteps how many there will be, unless training stops early
   * @param loss mean negative log-likelihood of a token of its traces, before the step
   */
  default void onStep(int step, int totalSteps, double loss) {}

  /**
   * Tells what the adapter is worth on the traces that are held out.
   *
   * @param step how many steps were taken before
   * @param loss mean negative log-likelihood of a token
   * @param best whether it is the lowest so far after a step
   */
  default void onHeldOut(int step, double loss, boolean best) {}
}
