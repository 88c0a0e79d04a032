package dev.flowdpo.concurrency;

import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * Searches for an interleaving of a class's operations, drawn anew for every scenario, that gives
 * results which no order of the same operations one after the other gives.
 */
public final class Interleavings {
  private static final int THREADS = 3;
  private static final int OPERATIONS = 3;
  private static final int SHORT_SCENARIOS = 6;
  private static final int LONG_SCENARIOS = 200;
  private static final int LONG_RUNS = 10_000;

  /** For busy machines: an operation that takes as long hangs. */
  private static final long HANGS_MILLIS = 120_000;

  /** Lincheck takes ten seconds for a deadlock, and offers the setting to subclasses only. */
  private static final class PatientOptions extends StressOptions {
    PatientOptions() {
      setTimeoutMs(HANGS_MILLIS);
    }
  }

  private Interleavings() {}

  /**
   * Searches for some seconds.
   *
   * @param runs of each scenario
   */
  public static void search(Class<?> operations, int runs) {
    options(SHORT_SCENARIOS, runs).check(operations);
  }

  /** Searches for minutes. */
  public static void searchLong(Class<?> operations) {
    options(LONG_SCENARIOS, LONG_RUNS).check(operations);
  }

  private static StressOptions options(int scenarios, int runs) {
    return new PatientOptions()
        .threads(THREADS)
        .actorsPerThread(OPERATIONS)
        .actorsBefore(1)
        .actorsAfter(1)
        .iterations(scenarios)
        .invocationsPerIteration(runs)
        .minimizeFailedScenario(false);
  }
}
