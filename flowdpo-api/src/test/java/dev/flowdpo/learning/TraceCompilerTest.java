package dev.flowdpo.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TraceCompilerTest {
  private static final StopDecision GO_ON = new StopDecision(false, 0);
  private static final StopDecision STOP = new StopDecision(true, 1);
  private static final Problem PROBLEM = Problem.of("q", "7");

  /** The judge goes on over the first end of sequence, which then is no part of the solution. */
  @Test
  void listensToAFlow() {
    List<Trace> written = new ArrayList<>();
    TraceCompiler compiler =
        TraceCompiler.builder()
            .verifier(attempt -> Verdict.of(attempt.answer().endsWith("7")))
            .source("test")
            .seed(5)
            .problemsBefore(10)
            .sink(written::add)
            .build();
    try (Flow flow =
        Flow.builder()
            .policy(
                requests ->
                    requests.stream()
                        .map(r -> Chunks.ending(r.prefix().depth() == 0 ? "1 " : "7 "))
                        .toList())
            .judge(new ScriptedJudge(p -> p.depth() < 2 ? GO_ON : STOP))
            .listener(compiler)
            .build()) {
      flow.solve(PROBLEM);
      flow.solve(PROBLEM);
    }
    TraceSet set = compiler.compile();

    assertThat(set.traces())
        .containsExactly(
            new Trace(PROBLEM, Chunks.ids("1 7 "), "1 7", 1, new Trace.Origin("test", 11, 0, 5)));
    assertThat(set.collected()).isEqualTo(2);
    assertThat(set.duplicates()).isEqualTo(1);
    assertThat(written).hasSize(2);
  }

  @Test
  void listensToALearner() {
    TraceCompiler compiler = TraceCompiler.builder().rollouts(false).build();
    TraceCompiler withRollouts =
        TraceCompiler.builder()
            .rollouts(true)
            .options(TraceOptions.builder().perProblem(9).build())
            .build();
    LearningProgress progress = LearningProgress.builder().problems(8).updates(3, 4).build();
    for (TraceCompiler each : List.of(compiler, withRollouts)) {
      each.onProblem(tree(Verdict.of(true)), progress);
      each.onProblem(tree(Verdict.unknown("?")), progress);
    }

    assertThat(compiler.compile().traces())
        .containsExactly(
            new Trace(PROBLEM, Chunks.ids("1 7"), "1 7", 1, new Trace.Origin(Trace.FLOW, 8, 3, 0)));
    assertThat(compiler.compile().incorrect()).isEqualTo(1);
    assertThat(withRollouts.compile().traces())
        .extracting(Trace::text)
        .containsExactly("1 7", "another 7");
    assertThat(withRollouts.compile().traces().get(1).origin().source()).isEqualTo("rollout");
  }

  private static RolloutTree tree(Verdict verdict) {
    PartialAnswer root = PartialAnswer.start(PROBLEM);
    PartialAnswer first = root.append(Chunks.of("1 "));
    PartialAnswer whole = first.append(Chunks.ending("7"));
    Branch original = new Branch(whole, List.of(GO_ON, STOP), FinishReason.STOPPED, verdict);
    Branch stopped = new Branch(first, List.of(STOP), FinishReason.STOPPED, Verdict.of(false));
    Branch other =
        new Branch(
            root.append(Chunks.of("another 7")),
            List.of(STOP),
            FinishReason.STOPPED,
            Verdict.of(verdict.known()));
    return new RolloutTree(
        PROBLEM,
        original,
        List.of(
            new OutputNode(0, root, first, GO_ON, List.of(other), Optional.of(stopped)),
            new OutputNode(1, first, whole, STOP, List.of(), Optional.empty())));
  }

  @Test
  void countsTheUpdatesOfTheAnswerAdapter() {
    TraceCompiler compiler = TraceCompiler.builder().verifier(attempt -> Verdict.of(true)).build();
    compiler.onUpdate(UpdateMetrics.builder(AdapterRole.ANSWER, 6, 4).build());
    compiler.onUpdate(UpdateMetrics.builder(AdapterRole.STOP, 9, 4).build());
    try (Flow flow =
        Flow.builder()
            .policy(requests -> List.of(Chunks.ending("7")))
            .judge(new ScriptedJudge(p -> STOP))
            .listener(compiler)
            .build()) {
      flow.solve(PROBLEM);
    }

    assertThat(compiler.compile().traces().get(0).origin().updates()).isEqualTo(6);
  }

  @Test
  void needsAVerifierToListenToAFlow() {
    try (Flow flow =
        Flow.builder()
            .policy(requests -> List.of(Chunks.ending("7")))
            .judge(new ScriptedJudge(p -> STOP))
            .listener(TraceCompiler.builder().build())
            .build()) {
      assertThatThrownBy(() -> flow.solve(PROBLEM))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("verifier");
    }
  }

  @Test
  void refusesWhatIsNoTrace() {
    Trace.Origin origin = new Trace.Origin(Trace.SELF, 0, 0, 0);
    assertThatThrownBy(() -> new Trace(PROBLEM, TokenIds.of(), "", 1, origin))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at least one token");
    assertThatThrownBy(() -> new Trace(PROBLEM, TokenIds.of(1), "", 2, origin))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("[0.0, 1.0], found 2.0");
    assertThatThrownBy(() -> TraceCompiler.builder().source(" "))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("source");
    assertThatThrownBy(() -> TraceOptions.builder().minTokens(5).maxTokens(4).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("maxTokens: expected a whole number of at least 5");
  }
}
