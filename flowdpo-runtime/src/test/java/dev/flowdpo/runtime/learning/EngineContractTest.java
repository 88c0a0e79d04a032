package dev.flowdpo.runtime.learning;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.testing.contract.FlowPolicyContract;
import dev.flowdpo.testing.contract.StopJudgeContract;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The engine's policy and judge, on the bundled model, keep the contracts of both. */
@Tag("slow")
class EngineContractTest {
  private static Flow flow;

  @BeforeAll
  static void open() {
    flow = Flow.builder().build();
  }

  @AfterAll
  static void close() {
    flow.close();
  }

  /** Learns at once from a few problems. */
  private static void learn() {
    try (OnlineLearner learner =
        flow.learner()
            .verifier(
                attempt -> Verdict.of(attempt.finalAnswer().equals(attempt.problem().answer())))
            .options(
                options ->
                    options
                        .rates(rates -> rates.answer(2e-3).stop(2e-3).warmupUpdates(0))
                        .updates(updates -> updates.pairsPerAnswerUpdate(2).pairsPerStopUpdate(2)))
            .build()) {
      learner.learn(BundledProblems.learning(3, 16));
    }
  }

  @Nested
  class Policy extends FlowPolicyContract {
    @Override
    protected FlowPolicy policy() {
      return flow.policy();
    }

    @Override
    protected Optional<Runnable> update() {
      return Optional.of(EngineContractTest::learn);
    }
  }

  @Nested
  class SnapshotOfPolicy extends FlowPolicyContract {
    private final FlowPolicy snapshot = flow.policy().snapshot();

    @Override
    protected FlowPolicy policy() {
      return snapshot;
    }
  }

  @Nested
  class Judge extends StopJudgeContract {
    @Override
    protected StopJudge judge() {
      return flow.judge();
    }

    @Override
    protected List<PartialAnswer> answers() {
      return written();
    }

    @Override
    protected Optional<Runnable> update() {
      return Optional.of(EngineContractTest::learn);
    }
  }

  @Nested
  class SnapshotOfJudge extends StopJudgeContract {
    private final StopJudge snapshot = flow.judge().snapshot();

    @Override
    protected StopJudge judge() {
      return snapshot;
    }

    @Override
    protected List<PartialAnswer> answers() {
      return written();
    }
  }

  /** Answers of one, two and three chunks to each of three problems. */
  private static List<PartialAnswer> written() {
    List<PartialAnswer> answers = new ArrayList<>();
    for (Problem problem : BundledProblems.learning(9, 3)) {
      PartialAnswer answer = PartialAnswer.start(problem);
      for (int i = 0; i < 3; i++) {
        ChunkRequest request = new ChunkRequest(answer, 8, SamplingOptions.of(1), i);
        Chunk chunk = flow.policy().extend(List.of(request)).get(0);
        answer = answer.append(chunk);
        answers.add(answer);
      }
    }
    return answers;
  }
}
