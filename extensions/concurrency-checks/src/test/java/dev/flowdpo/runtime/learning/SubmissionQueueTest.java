package dev.flowdpo.runtime.learning;

import dev.flowdpo.concurrency.Interleavings;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowOverloadedException;
import dev.flowdpo.learning.SubmissionOptions;
import dev.flowdpo.value.Problem;
import java.time.Duration;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is submitted is taken, handed back or refused: once, and in the order in which it came. */
class SubmissionQueueTest {

  /** Run by Lincheck, each time in a new instance. */
  @Param(name = "id", gen = IntGen.class, conf = "1:3")
  public static class Queue {
    private final SubmissionQueue queue =
        new SubmissionQueue(
            SubmissionOptions.builder()
                .capacity(2)
                .whenFull(SubmissionOptions.WhenFull.REFUSE)
                .groupWait(Duration.ofNanos(1))
                .build(),
            "learner");

    /** Submits, and says what came of it. */
    @Operation
    public String put(@Param(name = "id") int id) {
      try {
        Problem problem = Problem.builder("How many?").id("problem-" + id).build();
        queue.put(Submission.of(Work.of(problem)), true);
        return "waits";
      } catch (FlowOverloadedException e) {
        return "refused";
      } catch (FlowClosedException e) {
        return "closed";
      }
    }

    /** Takes a group. */
    @Operation
    public List<String> take() {
      return ids(queue.take(2, Duration.ZERO));
    }

    /** Takes back what waits of a problem. */
    @Operation
    public List<String> remove(@Param(name = "id") int id) {
      return ids(queue.remove("problem-" + id));
    }

    /** Ends the queue, and hands back what waits. */
    @Operation
    public List<String> close() {
      return ids(queue.close());
    }

    private static List<String> ids(List<Submission> submissions) {
      return submissions.stream().map(submission -> submission.work().problem().id()).toList();
    }
  }

  @Test
  void everySubmissionGoesOneWay() {
    Interleavings.search(Queue.class, 2_000);
  }

  @Test
  @Tag("long")
  void everySubmissionGoesOneWayInManyRuns() {
    Interleavings.searchLong(Queue.class);
  }
}
