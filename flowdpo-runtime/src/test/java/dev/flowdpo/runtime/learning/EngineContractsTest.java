package dev.flowdpo.runtime.learning;

import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.testing.contract.FlowPolicyContract;
import dev.flowdpo.testing.contract.StopJudgeContract;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The engine's policy and judge on the bundled model keep the contracts. */
class EngineContractsTest {
  private static AdapterFlowEngine engine;

  @BeforeAll
  static void open() {
    engine = new AdapterFlowEngineProvider().open(EngineSettings.defaults());
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @Nested
  class Policy extends FlowPolicyContract {
    @Override
    protected FlowPolicy policy() {
      return engine.policy();
    }

    @Override
    protected List<Problem> problems() {
      return BundledProblems.learning(3, 4);
    }
  }

  @Nested
  class Judge extends StopJudgeContract {
    @Override
    protected StopJudge judge() {
      return engine.judge();
    }

    @Override
    protected List<PartialAnswer> answers() {
      List<PartialAnswer> answers = new ArrayList<>();
      for (Problem problem : BundledProblems.learning(4, 3)) {
        PartialAnswer answer = PartialAnswer.start(problem);
        for (int i = 0; i < 2; i++) {
          ChunkRequest request = new ChunkRequest(answer, 8, SamplingOptions.greedy(), i);
          answer = answer.append(engine.policy().extend(List.of(request)).get(0));
          answers.add(answer);
        }
      }
      return answers;
    }
  }
}
