package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.output.ProgressDisplay;

/**
 * A part of an experiment that can run beside its others and be resumed by itself.
 *
 * @param <T> what comes of it
 */
interface ExperimentRun<T> {

  /** Returns how many units its display counts. */
  long work();

  /** Runs to the end, or reads what an earlier run left. */
  T run(ProgressDisplay display);
}
