package dev.flowdpo.policy.internal;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.flowdpo.error.FlowException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Executors with a thread for each task. Stateless and thread-safe. */
public final class ThreadPerTask {
  private ThreadPerTask() {}

  /**
   * Returns an executor whose threads keep no JVM alive.
   *
   * @param virtual whether they are virtual where the JDK has such threads
   * @param name what others are called, before their number
   */
  public static ExecutorService executor(boolean virtual, String name) {
    if (virtual && Runtime.version().feature() >= 21) {
      try {
        // This class is compiled for JDK 17, which does not have the method yet.
        return (ExecutorService)
            MethodHandles.publicLookup()
                .findStatic(
                    Executors.class,
                    "newVirtualThreadPerTaskExecutor",
                    MethodType.methodType(ExecutorService.class))
                .invoke();
      } catch (Throwable e) {
        throw new FlowException("This JDK has no virtual threads after all: " + e, e);
      }
    }
    return Executors.newCachedThreadPool(
        new ThreadFactoryBuilder().setDaemon(true).setNameFormat(name + "-%d").build());
  }
}
