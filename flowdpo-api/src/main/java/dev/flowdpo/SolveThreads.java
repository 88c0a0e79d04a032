package dev.flowdpo;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The threads that wait for asynchronous solves and run the calls of an application's own models:
 * virtual ones where the JDK has them, otherwise daemons that end when nothing needs them.
 */
final class SolveThreads {
  private static final ExecutorService ALL = create();

  private SolveThreads() {}

  static ExecutorService all() {
    return ALL;
  }

  private static ExecutorService create() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException e) {
      AtomicLong number = new AtomicLong();
      return Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "flowdpo-solve-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });
    }
  }
}
