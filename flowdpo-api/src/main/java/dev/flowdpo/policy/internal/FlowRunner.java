package dev.flowdpo.policy.internal;

import dev.flowdpo.policy.ServingLoad;
import java.time.Duration;

/** Runs the work of all callers of a flow, away from their threads. Thread-safe. */
public interface FlowRunner {

  /**
   * Begins work; what comes of it is told by {@link FlowWork#done}.
   *
   * @throws dev.flowdpo.error.FlowClosedException if the runner is closed
   * @throws dev.flowdpo.error.FlowOverloadedException if too much waits already
   */
  void start(FlowWork work);

  /** Returns how busy it is. */
  ServingLoad load();

  /**
   * Refuses new work, lets what is under way end by itself for a time, and then ends it with a
   * {@link dev.flowdpo.error.FlowClosedException}. Again does nothing but wait.
   */
  void close(Duration patience);
}
