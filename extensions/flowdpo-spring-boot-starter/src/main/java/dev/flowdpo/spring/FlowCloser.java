package dev.flowdpo.spring;

import dev.flowdpo.Flow;
import java.time.Duration;

/** Closes a flow at the context's end with patience for what is under way. */
record FlowCloser(Flow flow, Duration patience) implements AutoCloseable {
  @Override
  public void close() {
    flow.close(patience);
  }
}
