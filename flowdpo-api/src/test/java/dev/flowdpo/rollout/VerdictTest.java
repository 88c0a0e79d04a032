package dev.flowdpo.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {
  @Test
  void isCorrectFromHalfTheReward() {
    assertThat(Verdict.of(true).isCorrect()).isTrue();
    assertThat(Verdict.of(false).isCorrect()).isFalse();
    assertThat(Verdict.correct("proved").isCorrect()).isTrue();
    assertThat(Verdict.incorrect("off by one").isCorrect()).isFalse();
    assertThat(Verdict.reward(0.5, "half").isCorrect()).isTrue();
    assertThat(Verdict.reward(0.49, "less").isCorrect()).isFalse();
    assertThat(Verdict.unknown("no key").isCorrect()).isFalse();
  }

  @Test
  void factoriesKeepReasons() {
    assertThat(Verdict.incorrect("off by one")).isEqualTo(Verdict.reward(0, "off by one"));
    assertThat(Verdict.incorrect("off by one").reason()).contains("off by one");
    assertThat(Verdict.unknown("no key").reason()).contains("no key");
    assertThat(Verdict.of(true).reason()).isEmpty();
  }

  @Test
  void anUnknownVerdictHasNoReward() {
    assertThat(Verdict.unknown("no key").reward()).isEmpty();
    assertThat(Verdict.failed("broke").reward()).isEmpty();
    assertThat(Verdict.of(false).reward()).hasValue(0);
  }

  @Test
  void badRewardsAreRefused() {
    assertThatThrownBy(() -> Verdict.reward(1.1, ""))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("reward: expected a number in [0.0, 1.0], found 1.1.");
    assertThatThrownBy(() -> Verdict.reward(Double.NaN, ""))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aBranchNeedsOneDecisionPerChunk() {
    PartialAnswer answer = Chunks.answer(Problem.of("q"), "a", "b");
    assertThatThrownBy(
            () ->
                new Branch(
                    answer,
                    List.of(new StopDecision(true, 1)),
                    FinishReason.STOPPED,
                    Verdict.of(true)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found 1 decisions for 2 chunks");
  }

  @Test
  void aNodeNeedsItsOutputToFollowItsPrefix() {
    Problem problem = Problem.of("q");
    PartialAnswer prefix = Chunks.answer(problem, "a");
    PartialAnswer stranger = Chunks.answer(problem, "a", "b");
    StopDecision decision = new StopDecision(true, 1);
    assertThatThrownBy(
            () -> new OutputNode(1, prefix, stranger, decision, List.of(), Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(problem.id());
    PartialAnswer output = prefix.append(Chunks.of("b"));
    assertThatThrownBy(
            () -> new OutputNode(0, prefix, output, decision, List.of(), Optional.empty()))
        .isInstanceOf(InvalidInputException.class);
    assertThat(new OutputNode(1, prefix, output, decision, List.of(), Optional.empty()).chunk())
        .isEqualTo(Chunks.of("b"));
  }
}
