package dev.flowdpo.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.FlowException;
import dev.flowdpo.InvalidInputException;
import dev.flowdpo.Problem;
import dev.flowdpo.scripted.CapturedLog;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class VerifierGuardTest {
  private static final Duration SHORT = Duration.ofMillis(100);

  @Test
  void passesVerdictsThrough() {
    try (VerifierGuard guard =
        new VerifierGuard((problem, answer) -> Verdict.of(answer.endsWith(problem.answer())))) {
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
            (problem, answer) -> {
              throw new IllegalStateException("no database");
            })) {
      Problem problem = Problem.of("a question for a verifier that throws");
      Verdict verdict = guard.verify(problem, "2");
      assertThat(verdict.known()).isFalse();
      assertThat(verdict.reason()).startsWith("verifier failed: ").contains("no database");
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
                (p, answer) -> {
                  throw new AssertionError("not equal");
                });
        VerifierGuard outOfRange = new VerifierGuard((p, answer) -> Verdict.reward(7, ""));
        VerifierGuard recursing = new VerifierGuard(new Recursing());
        VerifierGuard forgetful = new VerifierGuard((p, answer) -> nothing())) {
      assertThat(asserting.verify(problem, "2").reason()).contains("not equal");
      assertThat(outOfRange.verify(problem, "2").reason()).contains("found 7.0");
      assertThat(recursing.verify(problem, "2").reason()).contains("StackOverflowError");
      assertThat(forgetful.verify(problem, "2").reason()).contains("returned null");
      assertThat(asserting.failures()).isEqualTo(1);
      assertThat(forgetful.failures()).isEqualTo(1);
    }
  }

  @Test
  void aHangingVerifierIsInterruptedAndGivenUp() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    try (VerifierGuard guard =
        new VerifierGuard(
            (problem, answer) -> {
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
      assertThat(verdict.reason()).contains("longer than PT0.1S");
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
        (problem, answer) -> {
          boolean waiting = answer.equals("hang");
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
        (problem, answer) -> {
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
        new VerifierGuard((problem, answer) -> Verdict.of(Thread.currentThread().isDaemon()))) {
      assertThat(guard.verify(Problem.of("q"), "").isCorrect()).isTrue();
    }
  }

  @Test
  void aClosedGuardSaysSo() {
    VerifierGuard guard = new VerifierGuard((problem, answer) -> Verdict.of(true));
    guard.close();
    guard.close();
    assertThatThrownBy(() -> guard.verify(Problem.of("q"), ""))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void aTimeLimitOfNothingIsRefused() {
    assertThatThrownBy(() -> new VerifierGuard((p, a) -> Verdict.of(true), Duration.ZERO))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("timeLimit: expected a duration longer than zero, found PT0S");
  }

  /** What a verifier outside of null-checked code may do. */
  @SuppressWarnings("NullAway")
  private static Verdict nothing() {
    return null;
  }

  private static final class Recursing implements Verifier {
    @Override
    public Verdict verify(Problem problem, String answer) {
      return Verdict.of(!verify(problem, answer).known());
    }
  }
}
