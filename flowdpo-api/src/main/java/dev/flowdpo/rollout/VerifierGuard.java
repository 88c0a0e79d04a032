package dev.flowdpo.rollout;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.flowdpo.FlowException;
import dev.flowdpo.Problem;
import dev.flowdpo.internal.Require;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a verifier's troubles away from learning: runs it on a thread of its own under a time
 * limit, and turns an exception, an error or a time-out into an unknown verdict and a warning that
 * names the problem.
 *
 * <p>A verification that is out of time is interrupted and no longer waited for. One that ignores
 * the interrupt keeps its thread, a daemon, until it returns; the others get new threads.
 * Thread-safe. Close it to end its threads at once; otherwise idle ones end after a minute.
 */
public final class VerifierGuard implements Verifier, AutoCloseable {
  /** The time limit where none is given: 10 seconds. */
  public static final Duration DEFAULT_TIME_LIMIT = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(VerifierGuard.class);

  private final Verifier verifier;
  private final Duration timeLimit;
  private final ExecutorService executor;
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger timeouts = new AtomicInteger();

  /**
   * Creates a guard with the default time limit.
   *
   * @param verifier the verifier to guard
   */
  public VerifierGuard(Verifier verifier) {
    this(verifier, DEFAULT_TIME_LIMIT);
  }

  /**
   * Creates a guard.
   *
   * @param verifier the verifier to guard
   * @param timeLimit the longest that one verification may take, longer than zero
   * @throws dev.flowdpo.InvalidInputException if the time limit is not longer than zero
   */
  public VerifierGuard(Verifier verifier, Duration timeLimit) {
    this.verifier = Objects.requireNonNull(verifier, "verifier");
    this.timeLimit = Require.positive("timeLimit", timeLimit);
    this.executor =
        Executors.newCachedThreadPool(
            new ThreadFactoryBuilder()
                .setDaemon(true)
                .setNameFormat("flowdpo-verifier-%d")
                .build());
  }

  /**
   * Judges an answer with the guarded verifier.
   *
   * @param problem the problem
   * @param answer the whole text of the solution
   * @return its verdict, or an unknown one where it failed or took too long
   * @throws FlowException if this thread is interrupted while it waits; it stays interrupted
   * @throws IllegalStateException if this guard is closed
   */
  @Override
  public Verdict verify(Problem problem, String answer) {
    if (executor.isShutdown()) {
      throw new IllegalStateException("VerifierGuard: closed; make a new one.");
    }
    Future<Verdict> verdict = executor.submit(() -> checked(verifier.verify(problem, answer)));
    try {
      return verdict.get(timeLimit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      verdict.cancel(true);
      timeouts.incrementAndGet();
      log.warn("Problem {}: the verifier took longer than {}.", problem.id(), timeLimit);
      return Verdict.unknown("verifier took longer than " + timeLimit);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof OutOfMemoryError error) {
        throw error;
      }
      failures.incrementAndGet();
      return failed(problem, Objects.requireNonNullElse(e.getCause(), e));
    } catch (InterruptedException e) {
      verdict.cancel(true);
      Thread.currentThread().interrupt();
      throw new FlowException("Problem " + problem.id() + ": interrupted while verifying.", e);
    }
  }

  /**
   * Returns how often the verifier threw.
   *
   * @return since this guard was made, time-outs not included
   */
  public int failures() {
    return failures.get();
  }

  /**
   * Returns how often the verifier took too long.
   *
   * @return since this guard was made
   */
  public int timeouts() {
    return timeouts.get();
  }

  /** Interrupts what is running and ends the threads. Again does nothing. */
  @Override
  public void close() {
    executor.shutdownNow();
  }

  /** Returns the verdict where the verifier threw, with a warning. */
  static Verdict failed(Problem problem, Throwable error) {
    log.warn("Problem {}: the verifier failed: {}", problem.id(), error.toString());
    log.debug("Problem {}: stack of the verifier's failure", problem.id(), error);
    return Verdict.unknown("verifier failed: " + error);
  }

  /** Refuses the null that a verifier outside of null-checked code may return. */
  static Verdict checked(Verdict verdict) {
    return Objects.requireNonNull(verdict, "the verifier returned null");
  }
}
