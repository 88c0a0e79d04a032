package dev.flowdpo.runtime.training;

/**
 * Watches an {@link AdapterTrainer}. Every method does nothing unless overridden.
 *
 * <p>Called on the thread that trains, in order; what was told of a step is told before the
 * checkpoint that holds it is written. An exception ends the training and reaches its caller.
 */
public interface TrainerListener {

  /**
   * Tells that training begins, or goes on.
   *
   * @param step how many steps were taken before
   * @param totalSteps how many there will be, unless training stops early
   */
  default void onStart(int step, int totalSteps) {}

  /**
   * Tells that a step was taken.
   *
   * @param step the step
   */
  default void onStep(Step step) {}

  /**
   * Tells what the adapter is worth on the held-out examples.
   *
   * @param step how many steps were taken before
   * @param figures means over the held-out examples
   * @param best whether the loss is the lowest so far after a step
   */
  default void onHeldOut(int step, TrainingLoss.Figures figures, boolean best) {}

  /**
   * Tells that a checkpoint was written.
   *
   * @param step how many steps it holds
   */
  default void onCheckpoint(int step) {}

  /**
   * One step.
   *
   * @param step its number, from 1
   * @param epoch how often all examples have been seen with it
   * @param figures means over its examples, before the step
   * @param learningRate its rate
   * @param gradientNorm the gradient's norm before clipping
   */
  record Step(
      int step,
      double epoch,
      TrainingLoss.Figures figures,
      double learningRate,
      double gradientNorm) {}
}
