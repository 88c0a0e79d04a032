package dev.flowdpo.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.Flow;
import dev.flowdpo.SolveCancelledException;
import dev.flowdpo.SolveOptions;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.GateDecision;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The meters of the real engine on the bundled model, against what it says otherwise. */
@Tag("slow")
@Timeout(120)
class FlowMetricsTest {
  private static final Verifier VERIFIER =
      attempt -> Verdict.of(attempt.finalAnswer().equals(attempt.problem().answer()));

  private final MeterRegistry registry = new SimpleMeterRegistry();

  private static List<Problem> problems(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                Problem.of(
                    "Ann has %d pens. Ann buys 3 more. How many pens has Ann now?".formatted(2 + i),
                    String.valueOf(5 + i)))
        .toList();
  }

  private double count(String name, String... tags) {
    return registry.get(name).tags(tags).meter().measure().iterator().next().getValue();
  }

  @Test
  void solvesAreMeasuredAsTheirUsageSays() {
    try (Flow flow = Flow.builder().seed(3).build()) {
      new FlowMetrics(flow).bindTo(registry);
      List<Solution> solutions = flow.solveAll(problems(5));

      assertThat(count("flowdpo.solves", "outcome", "ok")).isEqualTo(5);
      assertThat(registry.get("gen_ai.server.request.duration").tag("error.type", "none").timer())
          .satisfies(
              timer -> {
                assertThat(timer.count()).isEqualTo(5);
                double seconds =
                    solutions.stream().mapToLong(s -> s.usage().elapsed().toNanos()).sum();
                assertThat(timer.totalTime(TimeUnit.NANOSECONDS)).isCloseTo(seconds, within(5.0));
              });
      var first = registry.get("gen_ai.server.time_to_first_token").timer();
      assertThat(first.count()).isEqualTo(5);
      assertThat(first.max(TimeUnit.NANOSECONDS)).isPositive();
      var used = registry.get("gen_ai.client.token.usage");
      assertThat(used.tag("gen_ai.token.type", "output").summary().totalAmount())
          .isEqualTo(solutions.stream().mapToInt(s -> s.usage().generatedTokens()).sum());
      assertThat(
              registry
                  .get("gen_ai.client.token.usage")
                  .tag("gen_ai.token.type", "input")
                  .summary()
                  .totalAmount())
          .isEqualTo(
              solutions.stream().mapToInt(s -> s.usage().promptTokens().orElseThrow()).sum());
      var width = registry.get("flowdpo.round.width").summary();
      int chunks = solutions.stream().mapToInt(s -> s.chunks().size()).sum();
      while (width.totalAmount() < chunks) { // the last round is told after its solves
        Thread.onSpinWait();
      }
      assertThat(width.totalAmount())
          .as("a row is in a round for each of its chunks")
          .isEqualTo(chunks);
      assertThat(width.max()).isEqualTo(5);
      assertThat(registry.get("flowdpo.round.duration").timer().totalTime(TimeUnit.NANOSECONDS))
          .isPositive();
      assertThat(count("flowdpo.queue.waiting")).isZero();
      assertThat(count("flowdpo.answers.active")).isZero();
      assertThat(count("flowdpo.kv.reserved")).isZero();
    }
  }

  @Test
  void whatFailsOrIsGivenUpIsCountedByItsOutcome() {
    try (Flow flow = Flow.builder().seed(3).build()) {
      new FlowMetrics(flow).bindTo(registry);
      assertThatThrownBy(() -> flow.solve("too long ".repeat(5_000)))
          .isInstanceOf(InvalidInputException.class);
      SolveOptions impossible = SolveOptions.builder().deadline(Duration.ofNanos(1)).build();
      assertThatThrownBy(() -> flow.solveAll(problems(2), impossible))
          .isInstanceOf(SolveCancelledException.class);

      assertThat(count("flowdpo.solves", "outcome", "failed")).isEqualTo(1);
      assertThat(count("flowdpo.solves", "outcome", "deadline")).isEqualTo(2);
      assertThat(count("flowdpo.solves", "outcome", "ok")).isZero();
      assertThat(count("flowdpo.solves", "outcome", "refused")).isZero();
      assertThat(count("flowdpo.solves", "outcome", "cancelled")).isZero();
      assertThat(
              count(
                  "gen_ai.server.request.duration",
                  "error.type",
                  SolveCancelledException.class.getName()))
          .isEqualTo(2);
      assertThat(registry.get("gen_ai.server.time_to_first_token").timer().count()).isZero();
    }
  }

  @Test
  void aLearnersMetersSayWhatItSays() {
    List<UpdateMetrics> updates = new ArrayList<>();
    List<GateDecision> decisions = new ArrayList<>();
    LearningListener oracle =
        new LearningListener() {
          @Override
          public void onUpdate(UpdateMetrics metrics) {
            updates.add(metrics);
          }

          @Override
          public void onGate(GateDecision decision) {
            decisions.add(decision);
          }
        };
    Verifier failing =
        attempt -> {
          if (attempt.problem().question().contains("has 4 ")) {
            throw new IllegalStateException("no verdict");
          }
          return VERIFIER.verify(attempt);
        };
    try (Flow flow = Flow.builder().seed(3).build()) {
      new FlowMetrics(flow).bindTo(registry);
      LearningProgress progress;
      try (OnlineLearner learner =
          flow.learner()
              .name("own")
              .verifier(failing)
              .listener(oracle)
              .options(
                  options ->
                      options
                          .rollouts(r -> r.problemsPerGroup(8))
                          .updates(u -> u.pairsPerAnswerUpdate(2).pairsPerStopUpdate(2))
                          .gate(gate -> gate.everyUpdates(1)))
              .validation(problems(2))
              .build()) {
        assertThat(count("flowdpo.learner.problems", "learner", "own")).isZero();
        learner.learn(problems(16));
        progress = learner.progress();
      }
      assertThat(count("flowdpo.learner.problems", "learner", "own")).isEqualTo(16);
      assertThat(count("flowdpo.learner.pairs", "role", "answer"))
          .isEqualTo(progress.answerPairs())
          .isPositive();
      assertThat(count("flowdpo.learner.pairs", "role", "stop")).isEqualTo(progress.stopPairs());
      assertThat(count("flowdpo.learner.updates", "role", "answer"))
          .isEqualTo(progress.answerUpdates())
          .isPositive();
      assertThat(count("flowdpo.learner.updates", "role", "stop"))
          .isEqualTo(progress.stopUpdates());
      assertThat(count("flowdpo.learner.updates.skipped")).isZero();
      assertThat(count("flowdpo.learner.passed.over")).isZero();
      assertThat(count("flowdpo.learner.verifier.failures"))
          .isEqualTo(progress.verifierFailures())
          .isPositive();
      assertThat(count("flowdpo.learner.progressive.accuracy"))
          .isEqualTo(progress.progressiveAccuracy());

      long passed = decisions.stream().filter(GateDecision::passed).count();
      assertThat(decisions).isNotEmpty();
      assertThat(count("flowdpo.learner.gate.decisions", "decision", "passed")).isEqualTo(passed);
      assertThat(count("flowdpo.learner.gate.decisions", "decision", "refused"))
          .isEqualTo(decisions.size() - passed);
      GateDecision last = decisions.get(decisions.size() - 1);
      assertThat(count("flowdpo.learner.gate.accuracy", "adapters", "candidate"))
          .isEqualTo(last.candidateAccuracy());
      assertThat(count("flowdpo.learner.gate.accuracy", "adapters", "live"))
          .isEqualTo(last.liveAccuracy());

      List<Double> differences =
          updates.stream()
              .filter(update -> update.role() == AdapterRole.ANSWER)
              .map(update -> update.samplerDifference().orElseThrow())
              .toList();
      var difference = registry.get("flowdpo.learner.sampler.difference").summary();
      assertThat(difference.count()).isEqualTo(differences.size());
      assertThat(difference.totalAmount())
          .isCloseTo(differences.stream().mapToDouble(d -> d).sum(), within(1e-9));
    }
  }

  @Test
  void prometheusReadsTheNamesThatTheDocumentationLists() {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner = flow.learner().verifier(VERIFIER).build()) {
      new FlowMetrics(flow, Tags.of("gen_ai.request.model", "bundled")).bindTo(prometheus);
      flow.solve("Ann has 2 pens. Ann buys 3 more. How many pens has Ann now?");
      assertThatThrownBy(() -> flow.solve("too long ".repeat(5_000))).isNotNull();
      assertThat(prometheus.scrape())
          .contains(
              "gen_ai_server_request_duration_seconds_bucket{error_type=\"none\",",
              "gen_ai_server_request_duration_seconds_count{error_type=\"dev.flowdpo.error.",
              "le=\"81.92\"",
              "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"flowdpo\","
                  + "gen_ai_request_model=\"bundled\"",
              "gen_ai_server_time_to_first_token_seconds_count",
              "gen_ai_client_token_usage_tokens_sum",
              "flowdpo_solves_total{gen_ai_request_model=\"bundled\",outcome=\"ok\"} 1.0",
              "flowdpo_solves_total{gen_ai_request_model=\"bundled\",outcome=\"refused\"} 0.0",
              "flowdpo_queue_waiting{",
              "flowdpo_answers_active{",
              "flowdpo_kv_reserved_bytes{",
              "flowdpo_round_width_rows_bucket{",
              "flowdpo_round_duration_seconds_sum{",
              "flowdpo_learner_problems_total{",
              "flowdpo_learner_passed_over_total{",
              "flowdpo_learner_pairs_total{",
              "flowdpo_learner_updates_total{",
              "flowdpo_learner_updates_skipped_total{",
              "flowdpo_learner_progressive_accuracy{",
              "flowdpo_learner_verifier_failures_total{",
              "flowdpo_learner_gate_decisions_total{",
              "flowdpo_learner_gate_accuracy{",
              "flowdpo_learner_sampler_difference_count{");
    }
  }

  @Test
  void boundOnceAndTakenOutWithTheClose() {
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner = flow.learner().verifier(VERIFIER).build()) {
      FlowMetrics metrics = new FlowMetrics(flow);
      metrics.bindTo(registry);
      metrics.bindTo(registry);
      flow.solve(problems(1).get(0));
      assertThat(count("flowdpo.solves", "outcome", "ok")).isEqualTo(1);
      metrics.close();
      metrics.close();
      assertThat(registry.getMeters()).isEmpty();
      flow.solve(problems(1).get(0));
      assertThat(registry.getMeters()).isEmpty();
    }
  }
}
