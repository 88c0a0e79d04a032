package dev.flowdpo.scripted;

import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.testing.contract.FlowPolicyContract;
import dev.flowdpo.testing.contract.StopJudgeContract;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;

/** The models that other tests are built on keep the contracts themselves. */
class ScriptedModelsContractTest {
  private static final List<PartialAnswer> ANSWERS =
      List.of(
          Chunks.answer(Problem.of("One?"), "a"),
          Chunks.answer(Problem.of("Two?"), "b", "c"),
          Chunks.answer(Problem.of("Three?"), "d", "e", "f"));

  @Nested
  class Letters extends FlowPolicyContract {
    @Override
    protected FlowPolicy policy() {
      return ScriptedPolicy.letters(26);
    }

    @Override
    protected Optional<PartialAnswer> endedAnswer() {
      return Optional.empty();
    }
  }

  @Nested
  class Ending extends FlowPolicyContract {
    @Override
    protected FlowPolicy policy() {
      return new ScriptedPolicy(
          request -> request.prefix().depth() == 2 ? Chunks.ending("") : Chunks.of("x"));
    }
  }

  @Nested
  class Versions extends FlowPolicyContract {
    private final VersionedModel model = new VersionedModel();

    @Override
    protected FlowPolicy policy() {
      return model.policy();
    }

    @Override
    protected Optional<Runnable> update() {
      // Ten versions on, what it writes is longer, and so less likely.
      return Optional.of(
          () -> {
            for (int i = 0; i < 10; i++) {
              model.update();
            }
          });
    }

    @Override
    protected Optional<PartialAnswer> endedAnswer() {
      return Optional.empty();
    }
  }

  @Nested
  class Vowels extends StopJudgeContract {
    @Override
    protected StopJudge judge() {
      return ScriptedJudge.stoppingAtVowels();
    }

    @Override
    protected List<PartialAnswer> answers() {
      return ANSWERS;
    }
  }

  @Nested
  class VersionedJudge extends StopJudgeContract {
    private final VersionedModel model = new VersionedModel();

    @Override
    protected StopJudge judge() {
      return model.judge();
    }

    @Override
    protected List<PartialAnswer> answers() {
      return ANSWERS;
    }

    @Override
    protected Optional<Runnable> update() {
      return Optional.of(model::update);
    }
  }
}
