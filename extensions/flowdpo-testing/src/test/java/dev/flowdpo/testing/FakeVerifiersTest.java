package dev.flowdpo.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.value.Problem;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Verifiers that misbehave on request. */
@Timeout(60)
class FakeVerifiersTest {
  private static final Problem PROBLEM = Problem.of("2 + 3?", "5");
  private static final Attempt RIGHT = Attempt.of(PROBLEM, "It is 5.");
  private static final Attempt WRONG = Attempt.of(PROBLEM, "It is 6.");

  @Test
  void aScriptIsFollowedInTurnAndRemembered() {
    ScriptedVerifier verifier =
        ScriptedVerifier.inTurn(Verdict.of(true), Verdict.unknown("too hard"));
    assertThat(verifier.verify(WRONG).isCorrect()).isTrue();
    assertThat(verifier.verify(RIGHT).known()).isFalse();
    assertThat(verifier.verify(RIGHT).isCorrect()).isTrue();
    assertThat(verifier.attempts()).containsExactly(WRONG, RIGHT, RIGHT);
  }

  @Test
  void looksForTheKnownAnswer() {
    ScriptedVerifier verifier = ScriptedVerifier.knownAnswerInText();
    assertThat(verifier.verify(RIGHT).isCorrect()).isTrue();
    assertThat(verifier.verify(WRONG).reward()).hasValue(0);
    assertThat(verifier.verify(Attempt.of(Problem.of("Why?"), "5")).known()).isFalse();
  }

  @Test
  void failsAlwaysOrForSomeAttempts() {
    assertThatThrownBy(() -> FailingVerifier.always().verify(RIGHT))
        .isInstanceOf(IllegalStateException.class);
    FailingVerifier some =
        FailingVerifier.when(WRONG::equals, ScriptedVerifier.knownAnswerInText());
    assertThat(some.verify(RIGHT).isCorrect()).isTrue();
    assertThatThrownBy(() -> some.verify(WRONG)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aGuardOutlastsWhatHangs() {
    try (HangingVerifier patient = HangingVerifier.interruptible();
        HangingVerifier stubborn = HangingVerifier.uninterruptible();
        VerifierGuard first = new VerifierGuard(patient, Duration.ofMillis(20));
        VerifierGuard second = new VerifierGuard(stubborn, Duration.ofMillis(20))) {
      assertThat(first.verify(RIGHT).failure()).isTrue();
      assertThat(second.verify(RIGHT).failure()).isTrue();
      assertThat(stubborn.hanging()).isEqualTo(1);
    }
  }

  @Test
  void whatHangsReturnsOnceItIsClosed() {
    HangingVerifier verifier = HangingVerifier.uninterruptible();
    verifier.close();
    assertThat(verifier.verify(RIGHT).known()).isFalse();
    assertThat(verifier.hanging()).isZero();
  }

  @Test
  void aSlowOneSaysWhatTheOtherSays() {
    SlowVerifier verifier =
        new SlowVerifier(Duration.ofMillis(1), ScriptedVerifier.knownAnswerInText());
    assertThat(verifier.verify(RIGHT).isCorrect()).isTrue();
    assertThat(verifier.verify(WRONG).isCorrect()).isFalse();
  }
}
