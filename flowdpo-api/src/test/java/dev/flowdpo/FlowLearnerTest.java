package dev.flowdpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LoraOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.ObjectiveValue;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.TreeRolloutSampler;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.scripted.StubEngine;
import dev.flowdpo.scripted.StubLearner;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.spi.LearnerSetup;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What reaches the engine that learns. */
class FlowLearnerTest {
  private static final Verifier VERIFIER =
      attempt -> Verdict.of(attempt.answer().endsWith(attempt.problem().answer().orElseThrow()));

  @TempDir Path folder;

  private final StubEngine engine = new StubEngine(EngineSettings.defaults());

  @Test
  void defaultsComeFromPaperAndEngine() {
    try (Flow flow = Flow.builder().engine(engine).build();
        OnlineLearner learner = flow.learner().verifier(VERIFIER).build()) {
      assertThat(learner.progress()).isEqualTo(LearningProgress.NONE);
      LearnerSetup setup = engine.setups.get(0);
      assertThat(setup.policy()).isSameAs(flow.policy());
      assertThat(setup.judge()).isSameAs(flow.judge());
      assertThat(setup.flow()).isEqualTo(flow.options());
      assertThat(setup.verifier()).isSameAs(VERIFIER);
      assertThat(setup.objective()).isEqualTo(DpoObjective.paper());
      assertThat(setup.sampler()).isInstanceOf(TreeRolloutSampler.class);
      assertThat(setup.options()).isSameAs(StubEngine.LEARNER_OPTIONS);
      assertThat(flow.learnerOptions()).isSameAs(StubEngine.LEARNER_OPTIONS);
      assertThat(setup.checkpoint()).isEmpty();
      assertThat(setup.resume()).isFalse();
    }
  }

  @Test
  void theApplicationsOwnPartsReachTheEngine() {
    ScriptedPolicy policy = ScriptedPolicy.letters(3);
    DpoObjective objective = sums -> new ObjectiveValue(0, 0, 0, 0, 0);
    RolloutSampler sampler = request -> List.of();
    LearnerOptions options = LearnerOptions.builder().lora(lora -> lora.rank(2)).build();
    try (Flow flow = Flow.builder().engine(engine).policy(policy).maxChunks(2).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(VERIFIER)
                .objective(objective)
                .sampler(sampler)
                .options(options)
                .checkpoint(folder)
                .resume(true)
                .build()) {
      LearnerSetup setup = engine.setups.get(0);
      assertThat(learner.progress().problems()).isZero();
      assertThat(setup.policy()).isSameAs(policy);
      assertThat(setup.flow().maxChunks()).isEqualTo(2);
      assertThat(setup.objective()).isSameAs(objective);
      assertThat(setup.sampler()).isSameAs(sampler);
      assertThat(setup.options()).isSameAs(options);
      assertThat(setup.checkpoint()).contains(folder);
      assertThat(setup.resume()).isTrue();
    }
  }

  @Test
  void changingOneOfTheLearnersNumbersKeepsTheEnginesOthers() {
    try (Flow flow = Flow.builder().engine(engine).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(VERIFIER)
                .options(options -> options.seed(4))
                .options(options -> options.lora(lora -> lora.alpha(32)))
                .build()) {
      assertThat(learner.progress().problems()).isZero();
      assertThat(engine.setups.get(0).options())
          .isEqualTo(
              StubEngine.LEARNER_OPTIONS.toBuilder()
                  .seed(4)
                  .lora(LoraOptions.builder().rank(3).alpha(32).build())
                  .build());
    }
  }

  @Test
  void theApplicationsPairRuleReachesTheEngine() {
    PairRule rule = (tree, tokens) -> List.of();
    try (Flow flow = Flow.builder().engine(engine).build();
        OnlineLearner learner = flow.learner().verifier(VERIFIER).pairs(rule).build()) {
      assertThat(learner.progress()).isEqualTo(LearningProgress.NONE);
      assertThat(engine.setups.get(0).pairRule()).isSameAs(rule);
    }
  }

  @Test
  void theDefaultPairRuleContrastsByTheLearnersOptions() {
    for (boolean preferEarlierStop : List.of(true, false)) {
      LearnerOptions options =
          LearnerOptions.builder()
              .pairs(pairs -> pairs.preferEarlierStopOnTie(preferEarlierStop))
              .build();
      try (Flow flow = Flow.builder().engine(engine).build();
          OnlineLearner learner = flow.learner().verifier(VERIFIER).options(options).build()) {
        assertThat(learner.progress()).isEqualTo(LearningProgress.NONE);
        LearnerSetup setup = engine.setups.get(engine.setups.size() - 1);
        try (StubLearner tokens = new StubLearner(setup)) {
          assertThat(setup.pairRule().pairs(bothDecisionsRight(), tokens))
              .hasSize(preferEarlierStop ? 1 : 0);
        }
      }
    }
  }

  /** A tree whose only node may stop or go on, and is right either way. */
  private static RolloutTree bothDecisionsRight() {
    Problem problem = Problem.of("q", "a");
    PartialAnswer prefix = PartialAnswer.start(problem);
    PartialAnswer output = prefix.append(Chunks.of("a"));
    StopDecision stops = new StopDecision(true, 0.9);
    Branch original = new Branch(output, List.of(stops), FinishReason.STOPPED, Verdict.of(true));
    Branch flipped =
        new Branch(
            output.append(Chunks.of("a")),
            List.of(stops.flipped(), stops),
            FinishReason.STOPPED,
            Verdict.of(true));
    OutputNode node = new OutputNode(0, prefix, output, stops, List.of(), Optional.of(flipped));
    return new RolloutTree(problem, original, List.of(node));
  }

  @Test
  void everyListenerIsCalledInItsOrder() {
    List<String> events = new ArrayList<>();
    try (Flow flow = Flow.builder().engine(engine).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(VERIFIER)
                .listener(recorder("first", events))
                .listener(recorder("second", events))
                .build()) {
      assertThat(learner.progress().problems()).isZero();
      engine.setups.get(0).listener().onCheckpoint(folder.resolve("c1"));
      assertThat(events).containsExactly("first c1", "second c1");
    }
  }

  @Test
  void aLearnerNeedsAVerifier() {
    try (Flow flow = Flow.builder().engine(engine).build()) {
      assertThatThrownBy(() -> flow.learner().build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("verifier: expected one, found none");
    }
    assertThat(engine.setups).isEmpty();
  }

  @Test
  void resumingNeedsACheckpoint() {
    try (Flow flow = Flow.builder().engine(engine).build()) {
      assertThatThrownBy(() -> flow.learner().verifier(VERIFIER).resume(true).build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("resume: expected a checkpoint folder");
    }
  }

  @Test
  void aCheckpointMustNotBeAFile() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    try (Flow flow = Flow.builder().engine(engine).build()) {
      assertThatThrownBy(() -> flow.learner().checkpoint(file))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("checkpoint: expected a folder or nothing yet, found a file at ");
    }
  }

  @Test
  void aFlowWithoutAnEngineCannotLearn() {
    try (Flow flow =
        Flow.builder()
            .policy(ScriptedPolicy.letters(1))
            .judge(ScriptedJudge.stoppingAt(1))
            .build()) {
      assertThatThrownBy(flow::learner)
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("flowdpo-runtime");
    }
  }

  private static LearningListener recorder(String name, List<String> events) {
    return new LearningListener() {
      @Override
      public void onCheckpoint(Path folder) {
        events.add(name + " " + folder.getFileName());
      }
    };
  }
}
