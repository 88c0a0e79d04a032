package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.learning.RolloutOutcome;
import dev.flowdpo.learning.RolloutRound;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a learner asks of an executor of rollouts, and what it makes of the answers. */
class RolloutExecutorTest {
  private static final List<Problem> PROBLEMS = BundledProblems.learning(51, 16);

  @TempDir private Path folder;

  private LearningProgress learn(RolloutExecutor executor, RolloutSampler sampler) {
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(BundledProblems.VERIFIER)
                .options(BundledModel.learnerOptions())
                .options(o -> o.seed(5).rollouts(r -> r.problemsPerGroup(8)))
                .sampler(sampler)
                .executor(executor)
                .build()) {
      learner.learn(PROBLEMS);
      learner.save(folder);
      return learner.progress();
    }
  }

  /** Sampled anew on models made of the round's files: what an executor elsewhere does. */
  @Test
  void aRoundHoldsAllThatAnotherProcessNeeds() throws IOException {
    LearningProgress here = learn(RolloutExecutor.local(3), RolloutSampler.tree());
    byte[] expected = Files.readAllBytes(folder.resolve("answer/adapter_model.safetensors"));
    List<Long> versions = new ArrayList<>();
    RolloutExecutor elsewhere =
        round -> {
          versions.add(round.version());
          assertThat(round.engineModels()).isTrue();
          return inAnotherEngine(round);
        };
    assertThat(learn(elsewhere, RolloutSampler.tree())).isEqualTo(here);
    assertThat(folder.resolve("answer/adapter_model.safetensors")).hasBinaryContent(expected);
    assertThat(versions).containsExactly(0L, 1L);
  }

  private static List<RolloutOutcome> inAnotherEngine(RolloutRound round) {
    Path adapters;
    try {
      adapters = Files.createTempDirectory("adapters");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    round.writeAdapters(adapters);
    boolean trained = Files.isDirectory(adapters.resolve("answer"));
    assertThat(trained).isEqualTo(round.version() > 0);
    try (AdapterFlowEngine engine =
        new AdapterFlowEngineProvider().open(EngineSettings.defaults())) {
      assertThat(engine.modelDigest()).isEqualTo(round.modelDigest());
      AdapterFlowEngine.Models models =
          engine.with(trained ? Optional.of(adapters) : Optional.empty());
      List<RolloutOutcome> outcomes = new ArrayList<>();
      for (int begin = 0; begin < round.request().problems().size(); begin += 3) {
        int end = Math.min(begin + 3, round.request().problems().size());
        outcomes.addAll(
            RolloutOutcome.ofShard(
                round.sampler(),
                round.request().only(begin, end).with(models.policy(), models.judge()),
                round.version()));
      }
      return outcomes;
    }
  }

  @Test
  void shardsThatFailAreTriedProblemByProblem() {
    Problem cursed = PROBLEMS.get(4);
    RolloutSampler sampler =
        request -> {
          if (request.problems().contains(cursed)) {
            throw new IllegalStateException("not this one");
          }
          return RolloutSampler.tree().sample(request);
        };
    for (RolloutExecutor executor : List.of(RolloutExecutor.local(), RolloutExecutor.local(3))) {
      LearningProgress progress = learn(executor, sampler);
      assertThat(progress.passedOver()).isEqualTo(1);
      assertThat(progress.problems()).isEqualTo(PROBLEMS.size() - 1);
    }
  }

  @Test
  void anExecutorThatCannotRollOutEndsLearning() {
    RolloutExecutor broken =
        round -> {
          throw new FlowException("the cluster is gone");
        };
    assertThatThrownBy(() -> learn(broken, RolloutSampler.tree()))
        .isInstanceOf(FlowException.class)
        .hasMessage("the cluster is gone");
  }

  @Test
  void outcomesThatAreMissingEndLearning() {
    assertThatThrownBy(() -> learn(round -> List.of(), RolloutSampler.tree()))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("returned 0 outcomes for 8 problems");
  }

  @Test
  void aShardHasAtLeastOneProblem() {
    assertThatThrownBy(() -> RolloutExecutor.local(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("problems of a shard");
  }
}
