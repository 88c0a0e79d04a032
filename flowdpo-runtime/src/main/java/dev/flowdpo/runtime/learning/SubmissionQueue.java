package dev.flowdpo.runtime.learning;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.FlowOverloadedException;
import dev.flowdpo.learning.SubmissionOptions;
import dev.flowdpo.learning.SubmissionOptions.WhenFull;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What was submitted and waits for its group: bounded, first in first out. Thread-safe. */
final class SubmissionQueue {
  private final SubmissionOptions options;
  private final String learner;
  private final Deque<Submission> waiting = new ArrayDeque<>();
  private boolean closed;

  SubmissionQueue(SubmissionOptions options, String learner) {
    this.options = options;
    this.learner = learner;
  }

  /**
   * Adds a submission, waiting for room where that is chosen.
   *
   * @param mayWait false on the thread that makes room
   * @throws FlowOverloadedException if there is no room
   * @throws FlowClosedException if the queue is closed
   * @throws FlowException if this thread is interrupted; it stays interrupted
   */
  synchronized void put(Submission submission, boolean mayWait) {
    while (!closed && waiting.size() >= options.capacity()) {
      if (options.whenFull() == WhenFull.REFUSE || !mayWait) {
        throw new FlowOverloadedException(
            ("%s: expected room for problem %s, found %d submissions waiting; submit it again later,"
                    + " or set a larger capacity")
                .formatted(learner, submission.work().problem().id(), waiting.size()));
      }
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FlowException(
            "%s: interrupted while problem %s waited for room in the queue; it was not submitted"
                .formatted(learner, submission.work().problem().id()),
            e);
      }
    }
    if (closed) {
      throw closed();
    }
    waiting.add(submission);
    notifyAll();
  }

  /**
   * Takes a group: waits for a first submission, and then for others.
   *
   * @param most the size of a full group
   * @param idle how long to wait for a first one
   * @return none where none came in that time, or the queue is closed
   */
  synchronized List<Submission> take(int most, Duration idle) {
    awaitUntil(1, System.nanoTime() + idle.toNanos());
    if (!waiting.isEmpty()) {
      awaitUntil(most, System.nanoTime() + options.groupWait().toNanos());
    }
    List<Submission> group = new ArrayList<>();
    while (group.size() < most && !waiting.isEmpty()) {
      Submission next = waiting.remove();
      if (!next.outcome().isDone()) { // it may have been cancelled
        group.add(next);
      }
    }
    notifyAll();
    return group;
  }

  private synchronized void awaitUntil(int size, long deadline) {
    boolean interrupted = false;
    while (!closed && waiting.size() < Math.min(size, options.capacity())) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        break;
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left + TimeUnit.MILLISECONDS.toNanos(1));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes back what waits of a problem, and returns whether there was any. */
  synchronized List<Submission> remove(String problemId) {
    List<Submission> found =
        waiting.stream().filter(s -> s.work().problem().id().equals(problemId)).toList();
    waiting.removeAll(found);
    notifyAll();
    return found;
  }

  /** Takes nothing more, and returns what waits. */
  synchronized List<Submission> close() {
    closed = true;
    notifyAll();
    List<Submission> rest = List.copyOf(waiting);
    waiting.clear();
    return rest;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Returns what to tell whoever waits for something that will not be done. */
  FlowClosedException closed() {
    return new FlowClosedException(
        learner + ": stopped before this was learned from; submit it to the next learner");
  }
}
