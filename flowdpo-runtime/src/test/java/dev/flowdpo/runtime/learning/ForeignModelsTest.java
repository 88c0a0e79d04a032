package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.TokenIds;
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
  void whoseTextsHaveNoTokensIsNotJudgedByTheEngineNorLearnedFrom() {
    AdapterFlowEngine engine = engine();
    FlowPolicy texts =
        requests -> requests.stream().map(r -> Chunk.ofText("#### 1", true)).toList();
    try (Flow flow = Flow.builder().engine(engine).policy(new Wrapped(texts, true)).build()) {
      assertThatThrownBy(() -> flow.solve(BundledProblems.heldOut(1).get(0)))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("expected token ids, found the text alone");
    }
    AdapterFlowEngine learning = engine();
    try (Flow flow =
            Flow.builder()
                .engine(learning)
                .policy(new Wrapped(oneOrTwo(), true))
                .judge(StopRules.endOfText())
                .build();
        OnlineLearner learner =
            flow.learner().verifier(a -> Verdict.of(a.answer().equals("#### 1"))).build()) {
      assertThatThrownBy(() -> learner.learn(BundledProblems.learning(3, 32)))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("expected token ids, found the text alone");
    }
  }

  /** Writes one of two texts, by the seed. */
  private static FlowPolicy oneOrTwo() {
    return requests ->
        requests.stream()
            .map(r -> Chunk.ofText("#### " + Long.remainderUnsigned(r.seed(), 2), true))
            .toList();
  }

  @Test
  void theThresholdDecidesWhenTheEnginesJudgeStops() {
    PartialAnswer answer =
        PartialAnswer.start(BundledProblems.heldOut(1).get(0))
            .append(Chunk.of(TokenIds.of(5, 6), "", -1, false));
    double probability;
    try (AdapterFlowEngine engine = engine()) {
      probability = engine.judge().judge(List.of(answer)).get(0).stopProbability();
    }
    for (double threshold : new double[] {probability, Math.nextUp(probability)}) {
      ModelOptions options = ModelOptions.builder().stopThreshold(threshold).build();
      EngineSettings settings = EngineSettings.builder().options(options).build();
      try (AdapterFlowEngine engine = new AdapterFlowEngineProvider().open(settings)) {
        assertThat(engine.judge().judge(List.of(answer)))
            .containsExactly(new StopDecision(threshold == probability, probability));
      }
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
