package dev.flowdpo.runtime.learning;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.spi.LearnerSetup;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups of one stream that were read and not learned from yet. With a lag, the first of them
 * are rolled out on a thread of their own while the learner learns from the group before; without
 * one, the learner rolls a group out itself.
 *
 * <p>The schedule does not hang on time: a round begins as many groups ahead as the lag says, and
 * never across a checkpoint, at which nothing is under way. A run that goes on from a checkpoint
 * thus begins the same rounds under the same adapters. For one thread at a time, but for {@link
 * #close}, which any thread may call.
 */
final class RoundsAhead implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RoundsAhead.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String name;
  private final int lag;
  private final VerifierGuard verifier;
  private final ExecutorService thread;
  private final Queue<Thread> started = new ConcurrentLinkedQueue<>();
  private final Queue<List<Work>> read = new ArrayDeque<>();
  private final Queue<Begun> begun = new ArrayDeque<>();

  /**
   * A round that is under way.
   *
   * @param trees what comes of it; empty where it is not begun before somebody waits for it
   */
  record Begun(GroupRound round, Optional<Future<GroupRound.Trees>> trees) {}

  /**
   * @param verifier judges the rounds of the thread, and no others; closed with this
   */
  RoundsAhead(LearnerSetup setup, LearningTurns turns, VerifierGuard verifier) {
    this.name = setup.name();
    this.lag = setup.options().rollouts().lag();
    this.verifier = verifier;
    this.thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread made = turns.working(task, "flowdpo-" + name + "-rollouts");
              started.add(made);
              return made;
            });
  }

  /** Says whether another group should be read before the next is learned from. */
  boolean wantsMore() {
    return read.size() + begun.size() <= lag;
  }

  void add(List<Work> group) {
    read.add(group);
  }

  /** Returns the groups whose rounds are not begun, oldest first. */
  Iterable<List<Work>> notBegun() {
    return read;
  }

  boolean isEmpty() {
    return read.isEmpty() && begun.isEmpty();
  }

  /**
   * Begins the rounds that are due now.
   *
   * @param rounds makes a round of a group and the number of problems before it
   * @param problems how many were learned from so far
   * @param checkpoint the number of problems at which the state is saved next
   */
  void begin(BiFunction<List<Work>, Integer, GroupRound> rounds, int problems, int checkpoint) {
    int before = problems;
    for (Begun one : begun) {
      before += one.round.group().size();
    }
    while (!read.isEmpty() && (begun.isEmpty() || before < checkpoint)) {
      List<Work> group = read.remove();
      GroupRound round = rounds.apply(group, before);
      begun.add(
          new Begun(
              round,
              lag == 0
                  ? Optional.empty()
                  : Optional.of(thread.submit(() -> round.rollOut(verifier)))));
      before += group.size();
    }
  }

  /** Takes the oldest round. */
  Begun next() {
    return begun.remove();
  }

  /**
   * Waits for a round, and throws what it threw.
   *
   * @throws FlowException if this thread is interrupted, which it stays
   */
  static GroupRound.Trees await(Future<GroupRound.Trees> trees) {
    try {
      return trees.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowException("Interrupted while a group was rolled out", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      Throwables.throwIfUnchecked(cause);
      throw new FlowException("A group could not be rolled out: " + cause, cause);
    }
  }

  /**
   * Interrupts what is under way and waits for its end, a while: an executor that ignores
   * interrupts keeps the thread, a daemon, until it returns. Again does nothing.
   */
  @Override
  public void close() {
    thread.shutdownNow();
    if (Uninterruptibles.awaitTerminationUninterruptibly(thread, PATIENCE)) {
      // An executor counts as ended a moment before its thread has.
      started.forEach(one -> Uninterruptibles.joinUninterruptibly(one, PATIENCE));
    } else {
      LOG.warn(
          "Learner \"{}\": rollouts that were begun ahead do not end when they are interrupted;"
              + " their thread is left behind",
          name);
    }
    verifier.close();
  }
}
