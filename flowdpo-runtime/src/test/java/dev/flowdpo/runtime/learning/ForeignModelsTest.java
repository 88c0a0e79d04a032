package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.spi.EngineSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An application's own models beside an engine that learns: whose token ids are they? */
class ForeignModelsTest {

  /** Writes what another policy writes, which the engine cannot know. */
  private record Wrapped(FlowPolicy policy, boolean sharesEngineTokens) implements FlowPolicy {
    @Override
    public List<Chunk> extend(List<ChunkRequest> requests) {
      return policy.extend(requests);
    }
  }

  private static AdapterFlowEngine engine() {
    return new AdapterFlowEngineProvider().open(EngineSettings.defaults());
  }

  @Test
  void aPolicyWithIdsOfItsOwnIsRefused() {
    AdapterFlowEngine engine = engine();
    Wrapped own = new Wrapped(engine.policy(), false);
    try (Flow flow = Flow.builder().engine(engine).policy(own).build()) {
      assertThat(flow.solve(BundledProblems.heldOut(1).get(0)).text()).isNotBlank();
      assertThatThrownBy(() -> flow.learner().verifier(BundledProblems.VERIFIER).build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("policy: expected one whose token ids are those of the engine")
          .hasMessageContaining("flowdpo-tiny")
          .hasMessageContaining(Wrapped.class.getName())
          .hasMessageContaining("FlowPolicy.sharesEngineTokens()");
    }
  }

  @Test
  void aJudgeWithIdsOfItsOwnIsRefused() {
    StopJudge own = partials -> partials.stream().map(p -> new StopDecision(true, 1)).toList();
    try (Flow flow = Flow.builder().engine(engine()).judge(own).build()) {
      assertThatThrownBy(() -> flow.learner().verifier(BundledProblems.VERIFIER).build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("judge: expected one whose token ids")
          .hasMessageContaining("StopJudge.sharesEngineTokens()");
    }
  }

  @Test
  void modelsThatShareTheEnginesTokensLearn() {
    AdapterFlowEngine engine = engine();
    StopJudge own =
        new StopJudge() {
          @Override
          public List<StopDecision> judge(List<PartialAnswer> partials) {
            return engine.judge().judge(partials);
          }

          @Override
          public boolean sharesEngineTokens() {
            return true;
          }
        };
    try (Flow flow =
            Flow.builder()
                .engine(engine)
                .policy(new Wrapped(engine.policy(), true))
                .judge(own)
                .build();
        OnlineLearner learner = flow.learner().verifier(BundledProblems.VERIFIER).build()) {
      assertThat(learner.learn(BundledProblems.learning(3, 2)).progress().problems()).isEqualTo(2);
    }
  }
}
