package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.AdapterVersion;
import dev.flowdpo.learning.FlowAdapters;
import dev.flowdpo.learning.GateDecision;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.ObjectiveValue;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which adapters go live, and how to go back. */
@Tag("slow")
class GateTest {
  private static final LearnerOptions OPTIONS =
      BundledModel.learnerOptions().toBuilder()
          .rollouts(rollouts -> rollouts.problemsPerGroup(8))
          .seed(5)
          .build();

  private static final List<Problem> HELD_OUT = BundledProblems.heldOut(12);
  private static final Problem PROBE = BundledProblems.heldOut(13).get(12);

  /** What the gate measures is what the flow reaches: an oracle that solves the problems itself. */
  @Test
  void aCandidateGoesLiveWhereItIsNotWorseOnHeldOutProblems() {
    List<GateDecision> decisions = new ArrayList<>();
    try (Flow flow = Flow.builder().seed(3).build()) {
      double live = accuracy(flow);
      List<Double> oracle = new ArrayList<>(List.of(live));
      LearningListener listener =
          new LearningListener() {
            @Override
            public void onGate(GateDecision decision) {
              decisions.add(decision);
              oracle.add(accuracy(flow));
            }
          };
      try (OnlineLearner learner =
          flow.learner()
              .verifier(BundledProblems.VERIFIER)
              .options(OPTIONS)
              .options(o -> o.gate(g -> g.everyUpdates(2)))
              .validation(HELD_OUT)
              .listener(listener)
              .build()) {
        learner.learn(BundledProblems.learning(51, 24));
      }
      assertThat(decisions).hasSizeGreaterThan(2);
      for (int i = 0; i < decisions.size(); i++) {
        GateDecision decision = decisions.get(i);
        assertThat(decision.problems()).isEqualTo(12);
        assertThat(decision.liveAccuracy()).isEqualTo(oracle.get(i));
        assertThat(decision.passed())
            .isEqualTo(decision.candidateAccuracy() >= decision.liveAccuracy());
        assertThat(oracle.get(i + 1))
            .isEqualTo(decision.passed() ? decision.candidateAccuracy() : decision.liveAccuracy());
      }
      OptionalDouble figure = flow.adapters().live().accuracy();
      decisions.stream()
          .filter(GateDecision::passed)
          .reduce((first, second) -> second)
          .ifPresent(last -> assertThat(figure).hasValue(last.candidateAccuracy()));
    }
  }

  private static double accuracy(Flow flow) {
    List<Solution> solutions = flow.solveAll(HELD_OUT);
    long right =
        solutions.stream().filter(s -> s.finalAnswer().equals(s.problem().answer())).count();
    return (double) right / HELD_OUT.size();
  }

  /** A verifier that finds every changed answer wrong: nothing can pass. */
  @Test
  void aRefusedCandidateReachesNoSolveAndNoFile(@TempDir Path folder) {
    Set<String> atFirst = new HashSet<>();
    Set<String> heldOut = new HashSet<>();
    HELD_OUT.forEach(problem -> heldOut.add(problem.id()));
    List<GateDecision> decisions = new ArrayList<>();
    try (Flow flow = Flow.builder().seed(3).build()) {
      List<SolutionChunk> before = flow.solve(PROBE).chunks();
      flow.solveAll(HELD_OUT).forEach(solution -> atFirst.add(solution.text()));
      Verifier conservative =
          attempt ->
              heldOut.contains(attempt.problem().id())
                  ? Verdict.of(atFirst.contains(attempt.answer()))
                  : BundledProblems.VERIFIER.verify(attempt);
      try (OnlineLearner learner =
          flow.learner()
              .verifier(conservative)
              .options(OPTIONS)
              // Large steps, so that answers do change.
              .options(o -> o.rates(r -> r.answer(0.05).stop(0.05)))
              .options(o -> o.gate(g -> g.everyUpdates(2).refusalsBeforeReset(2)))
              .validation(HELD_OUT)
              .checkpoint(folder)
              .listener(gate(decisions))
              .build()) {
        LearningProgress progress = learner.learn(BundledProblems.learning(52, 16)).progress();
        assertThat(progress.answerUpdates()).isPositive();
        assertThat(decisions).isNotEmpty().noneMatch(GateDecision::passed);
        assertThat(decisions).allMatch(decision -> decision.liveAccuracy() == 1);
        assertThat(flow.solve(PROBE).chunks()).isEqualTo(before);
        assertThat(flow.adapters().live().number()).isZero();
        learner.save(folder.resolve("adapters"));
      }
      try (Flow loaded = Flow.builder().seed(3).adapters(folder.resolve("adapters")).build()) {
        assertThat(loaded.solve(PROBE).chunks()).isEqualTo(before);
      }
    }
    // Nor does it after a restart.
    try (Flow flow = Flow.builder().seed(3).build()) {
      List<SolutionChunk> before = flow.solve(PROBE).chunks();
      try (OnlineLearner learner =
          flow.learner()
              .verifier(BundledProblems.VERIFIER)
              .options(OPTIONS)
              .options(o -> o.rates(r -> r.answer(0.05).stop(0.05)))
              .options(o -> o.gate(g -> g.everyUpdates(2).refusalsBeforeReset(2)))
              .validation(HELD_OUT)
              .checkpoint(folder)
              .resume(true)
              .build()) {
        assertThat(learner.progress().problems()).isEqualTo(16);
        assertThat(flow.solve(PROBE).chunks()).isEqualTo(before);
      }
    }
  }

  /** Without held-out problems: both sides answer as many of the stream's. */
  @Test
  void aWindowOfTheStreamComparesCandidateAndLive() {
    List<GateDecision> decisions = new ArrayList<>();
    List<Long> versions = new ArrayList<>();
    try (Flow flow = Flow.builder().seed(3).build()) {
      LearningListener listener =
          new LearningListener() {
            @Override
            public void onGate(GateDecision decision) {
              decisions.add(decision);
              versions.add(flow.adapters().live().number());
            }
          };
      try (OnlineLearner learner =
          flow.learner()
              .verifier(BundledProblems.VERIFIER)
              .options(OPTIONS)
              .options(o -> o.gate(g -> g.everyUpdates(1).windowProblems(16)))
              .listener(listener)
              .build()) {
        LearningReport report = learner.learn(BundledProblems.learning(53, 64));
        // The first window of live answers is that of the groups 0 and 2, the candidate's of 1 and
        // 3.
        List<Boolean> outcomes = report.validation().outcomes();
        assertThat(decisions.get(0).liveAccuracy()).isEqualTo(share(outcomes, 0, 16));
        assertThat(decisions.get(0).candidateAccuracy()).isEqualTo(share(outcomes, 8, 24));
      }
    }
    assertThat(decisions).hasSizeGreaterThan(1);
    long live = 0;
    for (int i = 0; i < decisions.size(); i++) {
      live += decisions.get(i).passed() ? 1 : 0;
      assertThat(versions.get(i)).isEqualTo(live);
    }
  }

  private static double share(List<Boolean> outcomes, int first, int second) {
    int right = 0;
    for (int i = 0; i < 8; i++) {
      right += outcomes.get(first + i) ? 1 : 0;
      right += outcomes.get(second + i) ? 1 : 0;
    }
    return right / 16.0;
  }

  @Test
  void versionsAreKeptLoadedPublishedAndRolledBack(@TempDir Path folder) {
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(BundledProblems.VERIFIER)
                .options(OPTIONS)
                .options(o -> o.gate(g -> g.keptVersions(3)))
                .build()) {
      FlowAdapters adapters = flow.adapters();
      List<SolutionChunk> base = flow.solve(PROBE).chunks();
      learner.learn(BundledProblems.learning(54, 8));
      AdapterVersion first = adapters.live();
      List<SolutionChunk> afterFirst = flow.solve(PROBE).chunks();
      learner.save(folder.resolve("first"));
      learner.learn(BundledProblems.learning(55, 8));
      AdapterVersion second = adapters.live();
      List<SolutionChunk> afterSecond = flow.solve(PROBE).chunks();
      assertThat(second.number()).isGreaterThan(first.number());
      assertThat(second.answerUpdates()).isEqualTo(learner.progress().answerUpdates());
      assertThat(logProbability(afterSecond)).isNotEqualTo(logProbability(afterFirst));

      assertThat(adapters.rollBack()).isEqualTo(first);
      assertThat(flow.solve(PROBE).chunks()).isEqualTo(afterFirst);
      assertThat(adapters.rollBack().number()).isZero();
      assertThat(flow.solve(PROBE).chunks()).isEqualTo(base);
      assertThatThrownBy(adapters::rollBack)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("before version 0");
      assertThat(adapters.publish(second.number())).isEqualTo(second);
      assertThat(flow.solve(PROBE).chunks()).isEqualTo(afterSecond);

      AdapterVersion loaded = adapters.load(folder.resolve("first"));
      assertThat(flow.solve(PROBE).chunks()).isEqualTo(afterSecond);
      adapters.publish(loaded.number());
      assertThat(flow.solve(PROBE).chunks()).isEqualTo(afterFirst);
      assertThat(adapters.list()).hasSize(3).contains(adapters.live());
      assertThatThrownBy(() -> adapters.publish(99))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("found 99");
    }
  }

  private static double logProbability(List<SolutionChunk> chunks) {
    return chunks.get(0).logProbability().orElseThrow();
  }

  /** Otherwise its next update would bring back what was rolled back. */
  @Test
  void aLearnerGoesOnFromWhatWasRolledBackTo() {
    List<UpdateMetrics> metrics = new ArrayList<>();
    LearningListener listener =
        new LearningListener() {
          @Override
          public void onUpdate(UpdateMetrics update) {
            metrics.add(update);
          }
        };
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(BundledProblems.VERIFIER)
                .options(OPTIONS)
                .listener(listener)
                .build()) {
      learner.learn(BundledProblems.learning(56, 16));
      flow.adapters().publish(0);
      metrics.clear();
      learner.learn(BundledProblems.learning(57, 16));
      // At the base itself policy and reference agree: the first step finds no reward.
      UpdateMetrics first =
          metrics.stream().filter(m -> m.role() == AdapterRole.ANSWER).findFirst().orElseThrow();
      assertThat(first.rewardsChosen()).isZero();
      assertThat(first.rewardsRejected()).isZero();
      assertThat(first.update()).isGreaterThan(1);
      assertThat(flow.adapters().live().number()).isPositive();
    }
  }

  @Test
  void adaptersWithOtherLayersCannotGoLiveUnderALearner(@TempDir Path folder) {
    try (Flow flow = Flow.builder().seed(3).build()) {
      try (OnlineLearner other =
          flow.learner()
              .verifier(BundledProblems.VERIFIER)
              .options(OPTIONS)
              .options(o -> o.lora(lora -> lora.rank(2)))
              .build()) {
        other.learn(BundledProblems.learning(58, 16));
        other.save(folder);
      }
      flow.adapters().publish(0);
      AdapterVersion loaded = flow.adapters().load(folder);
      OnlineLearner learner =
          flow.learner().verifier(BundledProblems.VERIFIER).options(OPTIONS).name("mine").build();
      try (learner) {
        assertThatThrownBy(() -> flow.adapters().publish(loaded.number()))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("\"mine\"");
      }
      assertThat(flow.adapters().publish(loaded.number())).isEqualTo(loaded);
    }
  }

  @Test
  void aGradientThatIsNoNumberChangesNothing(@TempDir Path folder) {
    AtomicBoolean broken = new AtomicBoolean();
    DpoObjective sigmoid = DpoObjective.sigmoid(0.5);
    DpoObjective objective =
        sums ->
            broken.get()
                ? new ObjectiveValue(1, Double.NaN, Double.NaN, 0, 0)
                : sigmoid.evaluate(sums);
    List<Double> norms = new ArrayList<>();
    LearningListener listener =
        new LearningListener() {
          @Override
          public void onUpdateSkipped(AdapterRole role, double gradientNorm) {
            norms.add(gradientNorm);
          }
        };
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(BundledProblems.VERIFIER)
                .options(OPTIONS)
                .objective(objective)
                .listener(listener)
                .build()) {
      LearningProgress before = learner.learn(BundledProblems.learning(59, 16)).progress();
      List<SolutionChunk> chunks = flow.solve(PROBE).chunks();
      broken.set(true);
      LearningProgress after = learner.learn(BundledProblems.learning(60, 16)).progress();
      assertThat(after.skippedUpdates()).isPositive().isEqualTo(norms.size());
      assertThat(after.answerUpdates()).isEqualTo(before.answerUpdates());
      assertThat(flow.solve(PROBE).chunks()).isEqualTo(chunks);
      broken.set(false);
      LearningProgress healed = learner.learn(BundledProblems.learning(61, 16)).progress();
      assertThat(healed.answerUpdates()).isGreaterThan(before.answerUpdates());
    }
  }

  @Test
  void aGradientThatExplodesIsSkipped() {
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(BundledProblems.VERIFIER)
                .options(OPTIONS)
                .options(o -> o.optimizer(a -> a.skipNorm(1e-9)))
                .build()) {
      LearningProgress progress = learner.learn(BundledProblems.learning(62, 16)).progress();
      assertThat(progress.skippedUpdates()).isPositive();
      assertThat(progress.answerUpdates() + progress.stopUpdates()).isZero();
    }
  }

  @Test
  void aGateNeedsModelsThatItCanTryOut() {
    try (Flow flow = Flow.builder().build();
        Flow own = Flow.builder().policy(new SharedPolicy(flow.policy())).build()) {
      assertThatThrownBy(
              () -> own.learner().verifier(BundledProblems.VERIFIER).validation(HELD_OUT).build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("gate: expected the engine's own policy");
    }
  }

  /** A policy of the application's over the engine's. */
  private record SharedPolicy(FlowPolicy policy) implements FlowPolicy {
    @Override
    public List<Chunk> extend(List<ChunkRequest> requests) {
      return policy.extend(requests);
    }

    @Override
    public boolean sharesEngineTokens() {
      return true;
    }
  }

  private static LearningListener gate(List<GateDecision> decisions) {
    return new LearningListener() {
      @Override
      public void onGate(GateDecision decision) {
        decisions.add(decision);
      }
    };
  }
}
