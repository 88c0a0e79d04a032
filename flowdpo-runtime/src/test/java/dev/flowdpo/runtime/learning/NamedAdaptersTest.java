package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flows with adapters of their own on one loaded base. */
class NamedAdaptersTest {
  private static final LearnerOptions OPTIONS =
      BundledModel.learnerOptions().toBuilder()
          .rollouts(rollouts -> rollouts.problemsPerGroup(8))
          .rates(rates -> rates.answer(0.05).stop(0.05))
          .seed(5)
          .build();

  private static final List<Problem> PROBES = BundledProblems.heldOut(8);

  @Test
  void eachLearnsForItselfAndAllShareTheBase(@TempDir Path folder) {
    try (Flow flow = Flow.builder().seed(3).build()) {
      List<Solution> base = flow.solveAll(PROBES);
      Flow bakery = flow.withAdapters("bakery");
      Flow garage = flow.withAdapters("garage");
      assertThat(texts(bakery.solveAll(PROBES))).isEqualTo(texts(base));

      learn(bakery, 61, folder);
      List<String> learned = texts(bakery.solveAll(PROBES));
      assertThat(learned).isNotEqualTo(texts(base));
      assertThat(bakery.adapters().live().number()).isPositive();
      assertThat(texts(flow.solveAll(PROBES))).isEqualTo(texts(base));
      assertThat(texts(garage.solveAll(PROBES))).isEqualTo(texts(base));
      assertThat(garage.adapters().live().number()).isZero();

      // Under the same name there is the same flow, and its adapters fit elsewhere.
      assertThat(texts(flow.withAdapters("bakery").solveAll(PROBES))).isEqualTo(learned);
      assertThat(texts(garage.withAdapters("bakery").solveAll(PROBES))).isEqualTo(learned);
      garage.adapters().publish(garage.adapters().load(folder).number());
      assertThat(texts(garage.solveAll(PROBES))).isEqualTo(learned);

      sharesRounds(flow, bakery, texts(base), learned);
    }
  }

  private static void sharesRounds(
      Flow flow, Flow bakery, List<String> base, List<String> learned) {
    List<CompletableFuture<Solution>> first = new ArrayList<>();
    List<CompletableFuture<Solution>> second = new ArrayList<>();
    for (Problem problem : PROBES) {
      first.add(flow.solveAsync(problem));
      second.add(bakery.solveAsync(problem));
    }
    assertThat(texts(first.stream().map(CompletableFuture::join).toList())).isEqualTo(base);
    assertThat(texts(second.stream().map(CompletableFuture::join).toList())).isEqualTo(learned);
  }

  @Test
  void learnersOfTwoNamesDoNotGetInEachOthersWay() {
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner one = learner(flow.withAdapters("one"));
        OnlineLearner two = learner(flow.withAdapters("two"))) {
      assertThat(one.learn(BundledProblems.learning(62, 8)).progress().problems()).isEqualTo(8);
      assertThat(two.learn(BundledProblems.learning(63, 8)).progress().problems()).isEqualTo(8);
      assertThatThrownBy(() -> learner(flow.withAdapters("one")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("learns it");
    }
  }

  @Test
  void theyEndWithTheFlowThatLoadedTheBaseAndNotBefore() {
    Flow flow = Flow.builder().seed(3).build();
    Flow named = flow.withAdapters("named");
    named.close();
    assertThat(named.solve(PROBES.get(0)).text()).isNotEmpty();
    OnlineLearner learner = learner(named);
    flow.close();
    assertThatThrownBy(() -> named.solve(PROBES.get(0))).isInstanceOf(FlowClosedException.class);
    assertThatThrownBy(() -> flow.withAdapters("other")).isInstanceOf(FlowClosedException.class);
    assertThatThrownBy(() -> learner.learn(BundledProblems.learning(64, 1)))
        .isInstanceOf(FlowClosedException.class);
    learner.close();
  }

  @Test
  void aNameIsNotBlank() {
    try (Flow flow = Flow.builder().build()) {
      assertThatThrownBy(() -> flow.withAdapters(" "))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("name");
    }
  }

  private static void learn(Flow flow, long seed, Path folder) {
    try (OnlineLearner learner = learner(flow)) {
      learner.learn(BundledProblems.learning(seed, 24));
      learner.save(folder);
    }
  }

  private static OnlineLearner learner(Flow flow) {
    return flow.learner().verifier(BundledProblems.VERIFIER).options(OPTIONS).build();
  }

  private static List<String> texts(List<Solution> solutions) {
    return solutions.stream().map(Solution::text).toList();
  }
}
