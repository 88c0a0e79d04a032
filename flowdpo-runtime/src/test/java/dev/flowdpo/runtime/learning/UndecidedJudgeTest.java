package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Judges that can tell, and those that cannot. */
class UndecidedJudgeTest {
  private static RolloutTree answered(double probability) {
    Problem problem = Problem.of("q");
    PartialAnswer answer =
        PartialAnswer.start(problem).append(Chunk.of(TokenIds.of(1), "a", -1, false));
    Branch branch =
        new Branch(
            answer,
            List.of(new StopDecision(probability >= 0.5, probability)),
            FinishReason.STOPPED,
            Verdict.of(true));
    return new RolloutTree(problem, branch, List.of());
  }

  @ParameterizedTest
  @CsvSource({"0.55, 0.55, 1, true", "0.05, 0.95, 0, false", "0.57, 0.9, 0.5, false"})
  void isNoticedWithTheFirstDecisions(double odd, double even, double share, boolean noticed) {
    LearnerState state = new LearnerState(new SeenProblems(10));
    UndecidedJudge judge = new UndecidedJudge("learner", false);
    for (int i = 0; i < 15; i++) {
      state.count(answered(i % 2 == 0 ? even : odd), List.of());
      assertThat(judge.watch(state)).isFalse();
    }

    state.count(answered(odd), List.of());

    assertThat(judge.watch(state)).isEqualTo(noticed);
    assertThat(judge.watch(state)).as("once").isFalse();
    assertThat(state.progress().undecidedStops()).isEqualTo(share);
  }
}
