package dev.flowdpo;

import dev.flowdpo.policy.internal.ThreadPerTask;
import java.util.concurrent.ExecutorService;

/**
 * The threads that wait for asynchronous solves and run the calls of an application's own models:
 * virtual ones where the JDK has them, otherwise daemons that end when nothing needs them.
 */
final class SolveThreads {
  private static final ExecutorService ALL = ThreadPerTask.executor(true, "flowdpo-solve");

  private SolveThreads() {}

  static ExecutorService all() {
    return ALL;
  }
}
