package dev.flowdpo.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.scripted.CapturedLog;
import dev.flowdpo.value.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class VerifierGuardTest {
  private static final Duration SHORT = Duration.ofMillis(100);

  @Test
  void passesVerdictsThrough() {
    try (VerifierGuard guard =
        new VerifierGuard(
            attempt ->
                Verdict.of(attempt.answer().endsWith(attempt.problem().answer().orElseThrow())))) {
      Problem problem = Problem.of("1 + 1?", "2");
      assertThat(guard.verify(problem, "so 2").isCorrect()).isTrue();
      assertThat(guard.verify(problem, "so 3").isCorrect()).isFalse();
      assertThat(guard.failures()).isZero();
      assertThat(guard.timeouts()).isZero();
    }
  }

  @Test
  void anExceptionIsAnUnknownVerdictAndAWarningThatNamesTheProblem() {
    try (VerifierGuard guard =
        new VerifierGuard(
            attempt -> {
              throw new IllegalStateException("no database");
            })) {
      Problem problem = Problem.of("a question for a verifier that throws");
      Verdict verdict = guard.verify(problem, "2");
      assertThat(verdict.known()).isFalse();
      assertThat(verdict.reason().orElse(""))
          .startsWith("verifier failed: ")
          .contains("no database");
      assertThat(guard.failures()).isEqualTo(1);
      assertThat(guard.timeouts()).isZero();
      assertThat(CapturedLog.warningsWith(problem.id())).hasSize(1);
    }
  }

  @Test
  void errorsAndBadVerdictsFailTheSameWay() {
    Problem problem = Problem.of("a question for a verifier with errors");
    try (VerifierGuard asserting =
            new VerifierGuard(
                attempt -> {
                  throw new AssertionError("not equal");
                });
        VerifierGuard outOfRange = new VerifierGuard(attempt -> Verdict.reward(7, ""));
        VerifierGuard recursing = new VerifierGuard(new Recursing());
        VerifierGuard forgetful = new VerifierGuard(attempt -> nothing())) {
      assertThat(asserting.verify(problem, "2").reason().orElse("")).contains("not equal");
      assertThat(outOfRange.verify(problem, "2").reason().orElse("")).contains("found 7.0");
      assertThat(recursing.verify(problem, "2").reason().orElse("")).contains("StackOverflowError");
      assertThat(forgetful.verify(problem, "2").reason().orElse("")).contains("returned null");
      assertThat(asserting.failures()).isEqualTo(1);
      assertThat(forgetful.failures()).isEqualTo(1);
    }
  }

  @Test
  void aHangingVerifierIsInterruptedAndGivenUp() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    try (VerifierGuard guard =
        new VerifierGuard(
            attempt -> {
              try {
                Thread.sleep(60_000);
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              return Verdict.of(true);
            },
            SHORT)) {
      Problem problem = Problem.of("a question for a verifier that hangs");
      Verdict verdict = guard.verify(problem, "2");
      assertThat(verdict.known()).isFalse();
      assertThat(verdict.reason().orElse("")).contains("longer than PT0.1S");
      assertThat(guard.timeouts()).isEqualTo(1);
      assertThat(guard.failures()).isZero();
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(CapturedLog.warningsWith(problem.id()))
          .singleElement()
          .asString()
          .contains("PT0.1S");
    }
  }

  @Test
  void aVerifierThatIgnoresInterruptsDoesNotBlockTheNext() {
    CountDownLatch release = new CountDownLatch(1);
    Verifier stubborn =
        attempt -> {
          boolean waiting = attempt.answer().equals("hang");
          while (waiting) {
            try {
              waiting = !release.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
              waiting = true; // goes on waiting, as native code would
            }
          }
          return Verdict.of(true);
        };
    try (VerifierGuard guard = new VerifierGuard(stubborn, SHORT)) {
      Problem problem = Problem.of("q");
      assertThat(guard.verify(problem, "hang").known()).isFalse();
      assertThat(guard.verify(problem, "hang").known()).isFalse();
      assertThat(guard.verify(problem, "go").isCorrect()).isTrue();
      assertThat(guard.timeouts()).isEqualTo(2);
    } finally {
      release.countDown();
    }
  }

  @Test
  void anInterruptedCallerStops() {
    CountDownLatch never = new CountDownLatch(1);
    Verifier waiting =
        attempt -> {
          try {
            return Verdict.of(never.await(1, TimeUnit.MINUTES));
          } catch (InterruptedException e) {
            return Verdict.of(false);
          }
        };
    try (VerifierGuard guard = new VerifierGuard(waiting)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> guard.verify(Problem.of("q"), "2"))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void itsThreadsAreDaemons() {
    try (VerifierGuard guard =
        new VerifierGuard(attempt -> Verdict.of(Thread.currentThread().isDaemon()))) {
      assertThat(guard.verify(Problem.of("q"), "").isCorrect()).isTrue();
    }
  }

  @Test
  void aClosedGuardSaysSo() {
    VerifierGuard guard = new VerifierGuard(attempt -> Verdict.of(true));
    guard.close();
    guard.close();
    assertThatThrownBy(() -> guard.verify(Problem.of("q"), ""))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void aTimeLimitOfNothingIsRefused() {
    assertThatThrownBy(() -> new VerifierGuard(attempt -> Verdict.of(true), Duration.ZERO))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("timeLimit: expected a duration longer than zero, found PT0S");
  }

  @Test
  void aVerifierThatAllocatesWithoutEndCostsOneVerdict() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                Allocating.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("OutOfMemoryError").endsWith("then: true, 1 failed\n");
  }

  /** A small virtual machine that a verifier fills. */
  static final class Allocating {
    private Allocating() {}

    public static void main(String[] arguments) {
      Verifier filling =
          attempt -> {
            List<byte[]> kept = new ArrayList<>();
            while (attempt.answer().equals("fill")) {
              kept.add(new byte[1 << 18]);
            }
            return Verdict.of(kept.isEmpty());
          };
      try (VerifierGuard guard = new VerifierGuard(filling, Duration.ofSeconds(60))) {
        Problem problem = Problem.of("q");
        String reason = guard.verify(problem, "fill").reason().orElse("");
        boolean then = guard.verify(problem, "go on").isCorrect();
        System.out.print(reason + "; then: " + then + ", " + guard.failures() + " failed\n");
      }
    }
  }

  @Test
  void verifiersThatHangWithoutEndAreNotAskedAnyMore() {
    CountDownLatch release = new CountDownLatch(1);
    Verifier stubborn =
        attempt -> {
          while (release.getCount() > 0) {
            LockSupport.parkNanos(1_000_000);
          }
          return Verdict.of(true);
        };
    try (VerifierGuard guard = new VerifierGuard(stubborn, Duration.ofMillis(5))) {
      Problem problem = Problem.of("q");
      String reason = "";
      for (int i = 0; i < 1_000 && !reason.contains("hang"); i++) {
        reason = guard.verify(problem, "").reason().orElse("");
      }
      assertThat(reason).isEqualTo("16 earlier verifications hang");
      assertThat(guard.timeouts()).isGreaterThan(VerifierGuard.MAX_STUCK);
    } finally {
      release.countDown();
    }
  }

  @Test
  void neverGivesUpForGood() {
    CountDownLatch release = new CountDownLatch(1);
    Verifier stubborn =
        attempt -> {
          while (attempt.answer().equals("hang") && release.getCount() > 0) {
            LockSupport.parkNanos(1_000_000);
          }
          return Verdict.of(true);
        };
    int many = VerifierGuard.MAX_STUCK;
    try (VerifierGuard guard = new VerifierGuard(stubborn, Duration.ofSeconds(1), many)) {
      Problem problem = Problem.of("q");
      assertThat(guard.verifyAll(Collections.nCopies(many, Attempt.of(problem, "hang"))))
          .noneMatch(Verdict::known);
      while (!guard.verify(problem, "go").known()) {
        LockSupport.parkNanos(1_000_000);
      }
      for (int i = 0; i < 5; i++) {
        assertThat(guard.verify(problem, "go").isCorrect()).isTrue();
      }
    } finally {
      release.countDown();
    }
  }

  @Test
  void aBatchIsOneCallAndAWrongCountFailsAllOfIt() {
    List<Attempt> attempts =
        List.of(Attempt.of(Problem.of("a"), "1"), Attempt.of(Problem.of("b"), "2"));
    BatchVerifier good = batch -> batch.stream().map(a -> Verdict.correct(a.answer())).toList();
    BatchVerifier one = batch -> List.of(Verdict.of(true));
    BatchVerifier partly = batch -> List.of(Verdict.failed("down"), Verdict.of(true));
    try (VerifierGuard guard = new VerifierGuard(good);
        VerifierGuard miscounting = new VerifierGuard(one);
        VerifierGuard failing = new VerifierGuard(partly);
        VerifierGuard single =
            new VerifierGuard(
                attempt -> {
                  if (attempt.answer().equals("1")) {
                    throw new OutOfMemoryError("full");
                  }
                  return Verdict.of(true);
                })) {
      assertThat(guard.verifyAll(attempts))
          .extracting(v -> v.reason().orElse(""))
          .containsExactly("1", "2");
      assertThat(guard.verifyAll(List.of())).isEmpty();
      assertThat(miscounting.verifyAll(attempts))
          .allMatch(verdict -> verdict.reason().orElse("").contains("1 verdicts for 2 answers"));
      assertThat(miscounting.failures()).isEqualTo(2);
      assertThat(failing.verifyAll(attempts)).extracting(Verdict::known).contains(false, true);
      assertThat(failing.failures()).isEqualTo(1);
      assertThat(single.verifyAll(attempts))
          .extracting(Verdict::isCorrect)
          .containsExactly(false, true);
    }
  }

  @Test
  void aTimeLimitBeyondAllMeasureIsALongOne() {
    try (VerifierGuard guard =
        new VerifierGuard(attempt -> Verdict.of(true), Duration.ofSeconds(Long.MAX_VALUE))) {
      assertThat(guard.verify(Problem.of("q"), "").isCorrect()).isTrue();
    }
  }

  /** What a verifier outside of null-checked code may do. */
  @SuppressWarnings("NullAway")
  private static Verdict nothing() {
    return null;
  }

  private static final class Recursing implements Verifier {
    @Override
    public Verdict verify(Attempt attempt) {
      return Verdict.of(!verify(attempt).known());
    }
  }

  /** Each waits for all the others: one after the other they would be out of time. */
  @Test
  void judgesInParallelWithTheVerdictsInTheirOrder() {
    int parallel = 4;
    CyclicBarrier together = new CyclicBarrier(parallel);
    Verifier meeting =
        attempt -> {
          try {
            together.await();
          } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
          }
          if (attempt.answer().equals("5")) {
            throw new IllegalStateException("not five");
          }
          return Verdict.reward(Integer.parseInt(attempt.answer()) / 10.0, "");
        };
    List<Attempt> attempts = new ArrayList<>();
    for (int i = 0; i < 2 * parallel; i++) {
      attempts.add(Attempt.of(Problem.of("q"), Integer.toString(i)));
    }
    try (VerifierGuard guard = new VerifierGuard(meeting, Duration.ofSeconds(20), parallel)) {
      List<Verdict> verdicts = guard.verifyAll(attempts);
      for (int i = 0; i < attempts.size(); i++) {
        if (i == 5) {
          assertThat(verdicts.get(i).known()).isFalse();
        } else {
          assertThat(verdicts.get(i).reward().orElseThrow()).isEqualTo(i / 10.0);
        }
      }
      assertThat(guard.failures()).isEqualTo(1);
      assertThat(guard.timeouts()).isZero();
    }
  }

  @Test
  void anInterruptEndsVerificationsInParallel() throws InterruptedException {
    CountDownLatch hanging = new CountDownLatch(3);
    CountDownLatch ended = new CountDownLatch(3);
    Verifier stuck =
        attempt -> {
          hanging.countDown();
          while (!Thread.currentThread().isInterrupted()) {
            LockSupport.park();
          }
          ended.countDown();
          return Verdict.of(true);
        };
    List<Attempt> attempts = List.of(attempt("1"), attempt("2"), attempt("3"));
    try (VerifierGuard guard = new VerifierGuard(stuck, Duration.ofHours(1), 3)) {
      Thread caller = Thread.currentThread();
      Thread interrupter =
          new Thread(
              () -> {
                try {
                  hanging.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                caller.interrupt();
              });
      interrupter.start();
      assertThatThrownBy(() -> guard.verifyAll(attempts)).isInstanceOf(FlowException.class);
      assertThat(Thread.interrupted()).isTrue();
      ended.await();
    }
  }

  private static Attempt attempt(String answer) {
    return Attempt.of(Problem.of("q"), answer);
  }
}
