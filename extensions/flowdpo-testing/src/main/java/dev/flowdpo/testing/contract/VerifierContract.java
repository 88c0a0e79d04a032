package dev.flowdpo.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Verifier} keeps: the same attempt gets the same verdict, alone, in a batch and
 * beside others; there always is a verdict, also of answers that are empty, huge or broken; and
 * nothing is said of an attempt that is not there.
 */
@Timeout(600)
public abstract class VerifierContract {
  private static final int HUGE = 200_000;

  /** Creates the tests. */
  protected VerifierContract() {}

  /** {@return the verifier under test; the same or an equal one at each call within one test} */
  protected abstract Verifier verifier();

  /** {@return attempts of which the verifier finds at least one right} */
  protected abstract List<Attempt> right();

  /** {@return attempts of which the verifier finds none right, at least one} */
  protected abstract List<Attempt> wrong();

  @Test
  void tellsRightFromWrong() {
    assertThat(right()).isNotEmpty().allMatch(attempt -> verifier().verify(attempt).isCorrect());
    assertThat(wrong()).isNotEmpty().noneMatch(attempt -> verifier().verify(attempt).isCorrect());
  }

  @Test
  void givesTheSameVerdictAgain() {
    for (Attempt attempt : attempts()) {
      assertThat(verifier().verify(attempt)).isEqualTo(verifier().verify(attempt));
    }
  }

  @Test
  void concurrentCallsGiveWhatSingleOnesGive() {
    List<Attempt> attempts = attempts();
    List<Verdict> expected = attempts.stream().map(verifier()::verify).toList();
    List<Supplier<Verdict>> calls = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      attempts.forEach(attempt -> calls.add(() -> verifier().verify(attempt)));
    }
    List<Verdict> found = Concurrently.run(calls);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).isEqualTo(expected.get(i % expected.size()));
    }
  }

  @Test
  void aBatchGetsOneVerdictPerAttemptInOrder() {
    if (verifier() instanceof BatchVerifier batch) {
      List<Attempt> attempts = attempts();
      List<Verdict> expected = attempts.stream().map(batch::verify).toList();
      assertThat(batch.verifyAll(attempts)).isEqualTo(expected);
      assertThat(batch.verifyAll(attempts.subList(0, 1))).isEqualTo(expected.subList(0, 1));
      assertThat(batch.verifyAll(List.of())).isEmpty();
    }
  }

  @Test
  void saysNothingOfAnAttemptThatIsNotThere() {
    assertThatThrownBy(() -> verifier().verify(absent())).isInstanceOf(RuntimeException.class);
  }

  @Test
  void givesAVerdictOnAnswersOfAnyKind() {
    Problem known = right().get(0).problem();
    Problem unknown = Problem.of("What is the answer?");
    for (String answer : strangeAnswers()) {
      for (Problem problem : List.of(known, unknown)) {
        Verdict verdict = verifier().verify(Attempt.of(problem, answer));
        assertThat(verdict)
            .as("verdict on an answer of %d characters", answer.length())
            .isNotNull();
        verdict.reward().ifPresent(reward -> assertThat(reward).isBetween(0.0, 1.0));
      }
    }
  }

  private List<Attempt> attempts() {
    List<Attempt> attempts = new ArrayList<>(right());
    attempts.addAll(wrong());
    return attempts;
  }

  /** Null, as code that is not null-checked would pass it. */
  @SuppressWarnings("NullAway")
  private static Attempt absent() {
    return (Attempt) (Object) null;
  }

  private static List<String> strangeAnswers() {
    return List.of(
        "",
        " \n\t ",
        "\0\uFFFD\uD800",
        "#### ",
        "\\boxed{",
        "9".repeat(HUGE),
        "(".repeat(HUGE),
        "{\"a\":".repeat(HUGE / 5),
        "1+".repeat(HUGE / 2) + "1",
        "The answer is 1. ".repeat(HUGE / 17),
        "2^".repeat(HUGE / 2) + "2",
        "a".repeat(HUGE) + "b");
  }
}
