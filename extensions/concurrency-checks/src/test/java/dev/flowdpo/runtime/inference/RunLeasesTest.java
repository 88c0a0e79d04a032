package dev.flowdpo.runtime.inference;

import dev.flowdpo.concurrency.Interleavings;
import dev.flowdpo.error.FlowClosedException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** After a close nobody uses the model, nobody gets a lease, and closing comes to an end. */
class RunLeasesTest {

  /** Run by Lincheck, each time in a new instance. */
  public static class Runs {
    private final RunLeases leases = new RunLeases("model");
    private final AtomicInteger users = new AtomicInteger();

    /** Returns whether the model could be used. */
    @Operation
    public boolean run() {
      try (RunLeases.Lease lease = leases.take()) {
        users.incrementAndGet();
        Thread.yield();
        users.decrementAndGet();
        return true;
      } catch (FlowClosedException e) {
        return false;
      }
    }

    /** Returns who uses the model when it is freed: nobody, whatever the order. */
    @Operation
    public int close() {
      leases.close();
      return users.get();
    }
  }

  @Test
  void nobodyUsesWhatIsFreed() {
    Interleavings.search(Runs.class, 400);
  }

  @Test
  @Tag("long")
  void nobodyUsesWhatIsFreedInManyRuns() {
    Interleavings.searchLong(Runs.class);
  }
}
