package dev.flowdpo.rollout;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.Require;
import dev.flowdpo.policy.internal.ThreadPerTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a verifier's troubles away from learning: runs it on a thread of its own under a time
 * limit, and turns an exception, an error or a time-out into an unknown verdict and a warning that
 * names the problem. The learner puts one around its verifier by itself.
 *
 * <pre>{@code
 * try (VerifierGuard verifier = new VerifierGuard(mine, Duration.ofSeconds(2))) {
 *   List<RolloutTree> trees = rollOut(verifier);
 *   System.out.println(verifier.failures() + " failed, " + verifier.timeouts() + " hung");
 * }
 * }</pre>
 *
 * <p>A verification that is out of time is interrupted and no longer waited for. One that ignores
 * the interrupt keeps its thread, a daemon, until it returns; the others get new threads, up to
 * {@value #MAX_STUCK} of those. Beyond that the guard gives unknown verdicts at once, until some
 * return or a time limit has passed; then it tries one, and goes on as long as they end. Each that
 * hangs again doubles the time to the next try, so that those left behind stay few, but the guard
 * never gives up for good. A verifier that fills the memory gets the error itself, and what it held
 * is freed; where that is not safe enough, since others may meet the error first, let it run in a
 * process of its own.
 *
 * <p>The answers of a {@link BatchVerifier} are judged in one call, which may take as long as they
 * may one after the other; where it fails as a whole, all of them are unknown. A thread that is
 * interrupted while it waits gets a {@link FlowException} and stays interrupted; a closed guard
 * refuses with an {@link IllegalStateException}. Thread-safe. Close it to end its threads at once;
 * otherwise idle ones end after a minute.
 */
public final class VerifierGuard implements BatchVerifier, AutoCloseable {
  /** How many verifications that ignore their interrupt may be left behind at one time. */
  public static final int MAX_STUCK = 16;

  // Far beyond what anyone waits, and its multiples still fit.
  private static final Duration LONGEST = Duration.ofDays(365);
  private static final Logger log = LoggerFactory.getLogger(VerifierGuard.class);

  private final Verifier verifier;
  private final Duration timeLimit;
  private final int parallel;
  private final ExecutorService executor;
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger timeouts = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Retries retries;

  /** Creates a guard whose single verifications may take 10 seconds. */
  public VerifierGuard(Verifier verifier) {
    this(verifier, Duration.ofSeconds(10));
  }

  /** Creates a guard whose single verifications may take this long, longer than zero. */
  public VerifierGuard(Verifier verifier, Duration timeLimit) {
    this(verifier, timeLimit, 1);
  }

  /**
   * Creates a guard that judges so many answers, at least 1, at one time, on virtual threads where
   * the JDK has them. A {@link BatchVerifier} gets all of them in one call all the same.
   */
  public VerifierGuard(Verifier verifier, Duration timeLimit, int parallel) {
    this.verifier = Objects.requireNonNull(verifier, "verifier");
    Duration limit = Require.positive("timeLimit", timeLimit);
    this.timeLimit = limit.compareTo(LONGEST) > 0 ? LONGEST : limit;
    this.retries = new Retries(this.timeLimit, System::nanoTime);
    this.parallel = Require.atLeast(1, "parallel", parallel);
    this.executor = ThreadPerTask.executor(parallel > 1, "flowdpo-verifier");
  }

  /** {@return the guarded verifier's verdict, or a failed one where it threw or took too long} */
  @Override
  public Verdict verify(Attempt attempt) {
    return guarded(List.of(attempt), () -> List.of(VerifierCalls.checked(verifier.verify(attempt))))
        .get(0);
  }

  /**
   * {@return the guarded verifier's verdicts in the same order, failed where it threw or took too
   * long} A batch verifier gets all in one call, with the time limit of each; another one after the
   * other.
   */
  @Override
  public List<Verdict> verifyAll(List<Attempt> attempts) {
    if (verifier instanceof BatchVerifier batch && !attempts.isEmpty()) {
      return guarded(attempts, () -> batch.verifyAll(attempts));
    }
    if (parallel == 1 || attempts.size() < 2) {
      return attempts.stream().map(this::verify).toList();
    }
    try (VerificationQueue queue = new VerificationQueue(executor, parallel, this::verify)) {
      return ended(attempts.stream().map(queue::add).toList());
    }
  }

  /**
   * Returns where single answers are judged while the caller goes on, as many at one time as this
   * guard may; nothing where the verifier is one of batches, which gets all in one call.
   */
  Optional<VerificationQueue> singleVerifications() {
    return verifier instanceof BatchVerifier
        ? Optional.empty()
        : Optional.of(new VerificationQueue(executor, parallel, this::verify));
  }

  /**
   * Returns the verdicts when all are there.
   *
   * @throws FlowException if this thread is interrupted; it stays interrupted
   */
  static List<Verdict> ended(List<CompletableFuture<Verdict>> verdicts) {
    List<Verdict> all = new ArrayList<>();
    try {
      for (CompletableFuture<Verdict> verdict : verdicts) {
        all.add(verdict.get());
      }
      return all;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowException("Interrupted while verifying.", e);
    } catch (ExecutionException e) {
      throw new FlowException("Verifying failed: " + e.getCause(), e);
    }
  }

  private List<Verdict> guarded(List<Attempt> attempts, Callable<List<Verdict>> verification) {
    if (executor.isShutdown()) {
      throw new IllegalStateException("VerifierGuard: closed; make a new one.");
    }
    int stuck = running.get() - waiting.get();
    if (stuck >= MAX_STUCK && !retries.begin()) {
      return timedOut(attempts, stuck + " earlier verifications hang");
    }
    waiting.incrementAndGet();
    Duration limit = timeLimit.multipliedBy(attempts.size());
    Future<List<Verdict>> verdicts =
        executor.submit(
            () -> {
              running.incrementAndGet();
              try {
                return VerifierCalls.checked(verification.call(), attempts.size());
              } finally {
                running.decrementAndGet();
              }
            });
    try {
      List<Verdict> all = verdicts.get(limit.toMillis() + 1, TimeUnit.MILLISECONDS);
      retries.ended();
      failures.addAndGet((int) all.stream().filter(Verdict::failure).count());
      return all;
    } catch (TimeoutException e) {
      verdicts.cancel(true);
      if (running.get() - waiting.get() >= MAX_STUCK - 1) { // this one is still waited for
        retries.hung();
      }
      return timedOut(attempts, "verifier took longer than " + limit);
    } catch (ExecutionException e) {
      retries.ended();
      failures.addAndGet(attempts.size());
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      return attempts.stream()
          .map(attempt -> VerifierCalls.failed(attempt.problem(), cause))
          .toList();
    } catch (InterruptedException e) {
      verdicts.cancel(true);
      Thread.currentThread().interrupt();
      throw new FlowException(names(attempts) + ": interrupted while verifying.", e);
    } finally {
      waiting.decrementAndGet();
    }
  }

  private List<Verdict> timedOut(List<Attempt> attempts, String reason) {
    timeouts.addAndGet(attempts.size());
    log.warn("{}: {}.", names(attempts), reason);
    return Collections.nCopies(attempts.size(), Verdict.failed(reason));
  }

  private static String names(List<Attempt> attempts) {
    String first = "Problem " + attempts.get(0).problem().id();
    return attempts.size() == 1 ? first : first + " and " + (attempts.size() - 1) + " more";
  }

  /** {@return on how many answers the verifier threw, or said that it failed, without time-outs} */
  public int failures() {
    return failures.get();
  }

  /** {@return on how many answers the verifier took too long} */
  public int timeouts() {
    return timeouts.get();
  }

  /** Interrupts what is running and ends the threads. Again does nothing. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
