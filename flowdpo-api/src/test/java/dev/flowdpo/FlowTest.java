package dev.flowdpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.scripted.VersionedModel;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.TokenIds;
import dev.flowdpo.value.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Solving, with an application's own policy and judge. */
class FlowTest {
  /** Writes "1 ", "2 ", … and ends with "#### 7" at the chunk that the question names. */
  private static final ScriptedPolicy COUNTING =
      new ScriptedPolicy(
          request -> {
            int chunk = request.prefix().depth() + 1;
            int last = Integer.parseInt(request.prefix().problem().question());
            return chunk == last ? Chunks.ending("#### 7\n") : Chunks.of(chunk + " ");
          });

  private static final ScriptedJudge STOPPING_AT_THE_END =
      new ScriptedJudge(
          partial ->
              new StopDecision(partial.endedBySequenceEnd(), partial.endedBySequenceEnd() ? 1 : 0));

  @Test
  void aSolutionCarriesEverything() {
    try (Flow flow = flow(4)) {
      Solution solution = flow.solve("3");
      assertThat(solution.problem()).isEqualTo(Problem.of("3"));
      assertThat(solution.text()).isEqualTo("1 2 #### 7");
      assertThat(solution.finalAnswer()).contains("7");
      assertThat(solution.finishReason()).isEqualTo(FinishReason.STOPPED);
      assertThat(solution.chunks())
          .containsExactly(
              SolutionChunk.of(TokenIds.of('1', ' '), "1 ", OptionalDouble.of(-2), 0, false),
              SolutionChunk.of(TokenIds.of('2', ' '), "2 ", OptionalDouble.of(-2), 0, false),
              SolutionChunk.of(
                  Chunks.ending("#### 7\n").tokens(), "#### 7\n", OptionalDouble.of(-8), 1, true));
      Usage usage = solution.usage();
      assertThat(usage.promptTokens()).hasValue(1);
      assertThat(usage.generatedTokens()).isEqualTo(2 + 2 + 8);
      assertThat(usage.policyCalls()).isEqualTo(3);
      assertThat(usage.judgeCalls()).isEqualTo(3);
      assertThat(usage.elapsed()).isPositive().isLessThan(Duration.ofMinutes(1));
    }
  }

  @Test
  void theLimitOfChunksEndsASolution() {
    try (Flow flow = flow(2)) {
      Solution solution = flow.solve("3");
      assertThat(solution.text()).isEqualTo("1 2");
      assertThat(solution.finishReason()).isEqualTo(FinishReason.MAX_CHUNKS);
      assertThat(solution.chunks()).hasSize(2);
    }
  }

  @Test
  void stoppingAtTheLastChunkIsStopping() {
    try (Flow flow = flow(3)) {
      assertThat(flow.solve("3").finishReason()).isEqualTo(FinishReason.STOPPED);
    }
  }

  @Test
  void aJudgeMayGoOnBeyondTheEndOfSequence() {
    ScriptedPolicy ending = new ScriptedPolicy(request -> Chunks.ending("x"));
    try (Flow flow =
        Flow.builder().policy(ending).judge(ScriptedJudge.stoppingAt(3)).maxChunks(6).build()) {
      Solution solution = flow.solve("q");
      assertThat(solution.text()).isEqualTo("xxx");
      assertThat(solution.usage().generatedTokens()).isEqualTo(6);
    }
  }

  @Test
  void aBatchRunsAllLiveRowsInOneCallAndKeepsTheOrder() {
    ScriptedPolicy policy = new ScriptedPolicy(request -> COUNTING.extend(List.of(request)).get(0));
    try (Flow flow =
        Flow.builder().policy(policy).judge(STOPPING_AT_THE_END).maxChunks(9).build()) {
      List<Problem> problems = List.of(Problem.of("3"), Problem.of("1"), Problem.of("2"));
      assertThat(flow.solveAll(problems)).extracting(Solution::problem).isEqualTo(problems);
      assertThat(policy.batches()).extracting(List::size).containsExactly(3, 2, 1);
      assertThat(flow.solveAll(List.of())).isEmpty();
    }
  }

  @Test
  void requestsCarryTheOptions() {
    ScriptedPolicy policy = ScriptedPolicy.letters(5);
    SamplingOptions sampling = SamplingOptions.builder().temperature(0.3).topK(4).topP(0.5).build();
    try (Flow flow =
        Flow.builder()
            .policy(policy)
            .judge(ScriptedJudge.stoppingAt(2))
            .chunkSize(17)
            .sampling(sampling)
            .build()) {
      flow.solve("q");
    }
    List<ChunkRequest> requests = policy.batches().stream().flatMap(List::stream).toList();
    assertThat(requests).hasSize(2);
    assertThat(requests)
        .allMatch(request -> request.maxTokens() == 17 && request.sampling().equals(sampling));
    assertThat(requests.get(1).prefix().parent().orElseThrow()).isSameAs(requests.get(0).prefix());
  }

  @Test
  void listenersGetChunksInOrderAndThenTheSolution() {
    List<String> events = new ArrayList<>();
    try (Flow flow =
        Flow.builder()
            .policy(COUNTING)
            .judge(STOPPING_AT_THE_END)
            .listener(recorder("flow", events))
            .build()) {
      flow.solve(Problem.of("2"), recorder("solve", events));
      assertThat(events)
          .containsExactly(
              "flow 2 0 1 ",
              "solve 2 0 1 ",
              "flow 2 1 #### 7\n",
              "solve 2 1 #### 7\n",
              "flow 2 solved 7",
              "solve 2 solved 7");
      events.clear();
      flow.solveAll(List.of(Problem.of("2"), Problem.of("1")), recorder("all", events));
      assertThat(events)
          .filteredOn(event -> event.startsWith("all"))
          .containsExactly(
              "all 2 0 1 ",
              "all 1 0 #### 7\n",
              "all 1 solved 7",
              "all 2 1 #### 7\n",
              "all 2 solved 7");
    }
  }

  @Test
  void aDerivedFlowKeepsTheListeners() {
    List<String> events = new ArrayList<>();
    try (Flow flow =
            Flow.builder()
                .policy(COUNTING)
                .judge(STOPPING_AT_THE_END)
                .listener(recorder("flow", events))
                .build();
        Flow derived = flow.withOptions(options -> options.maxChunks(1))) {
      derived.solve("2");
    }
    assertThat(events).containsExactly("flow 2 0 1 ", "flow 2 solved 1");
  }

  @Test
  void changingOneSettingKeepsTheFlowsOthers() {
    SamplingOptions sampling = SamplingOptions.builder().temperature(0.3).topK(4).build();
    try (Flow flow =
            Flow.builder()
                .policy(COUNTING)
                .judge(STOPPING_AT_THE_END)
                .chunkSize(9)
                .sampling(sampling)
                .seed(5)
                .build();
        Flow derived = flow.withOptions(options -> options.maxChunks(2))) {
      assertThat(derived.options())
          .isEqualTo(
              FlowOptions.builder().chunkSize(9).maxChunks(2).sampling(sampling).seed(5).build());
      assertThat(flow.options().maxChunks()).isEqualTo(6);
    }
  }

  @Test
  void aListenersExceptionEndsTheSolve() {
    int chunks = 5_000;
    ScriptedPolicy policy =
        new ScriptedPolicy(
            request -> {
              Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(1));
              return Chunks.of("x");
            });
    FlowListener cancelling =
        new FlowListener() {
          @Override
          public void onChunk(Problem problem, int index, SolutionChunk chunk) {
            throw new IllegalStateException("cancelled");
          }
        };
    try (Flow flow =
        Flow.builder()
            .policy(policy)
            .judge(ScriptedJudge.stoppingAt(chunks))
            .maxChunks(chunks)
            .build()) {
      assertThatThrownBy(() -> flow.solve(Problem.of("q"), cancelling)).hasMessage("cancelled");
      assertThat(policy.batches()).hasSizeLessThan(chunks);
    }
  }

  @Test
  void everySolveTakesExactlyOneSnapshot() {
    ScriptedPolicy policy = ScriptedPolicy.letters(5);
    ScriptedJudge judge = ScriptedJudge.stoppingAt(4);
    try (Flow flow = Flow.builder().policy(policy).judge(judge).build()) {
      flow.solve("one");
      flow.solveAll(List.of(Problem.of("two"), Problem.of("three")));
    }
    assertThat(policy.snapshots()).isEqualTo(2);
    assertThat(judge.snapshots()).isEqualTo(2);
  }

  @Test
  void aSolveKeepsItsVersionWhileTheModelsLearn() {
    VersionedModel model = new VersionedModel();
    FlowListener learning =
        new FlowListener() {
          @Override
          public void onChunk(Problem problem, int index, SolutionChunk chunk) {
            model.update();
          }
        };
    try (Flow flow =
        Flow.builder()
            .policy(model.policy())
            .judge(model.judge())
            .maxChunks(3)
            .listener(learning)
            .build()) {
      Solution first = flow.solve("q");
      assertThat(first.text()).isEqualTo("000");
      assertThat(first.chunks()).extracting(SolutionChunk::stopProbability).containsOnly(0.0);
      Solution second = flow.solve("q");
      assertThat(second.text()).isEqualTo("333");
      assertThat(second.chunks()).extracting(SolutionChunk::stopProbability).containsOnly(0.03);
    }
  }

  @Test
  void aPolicyOrJudgeThatSkipsRowsIsNamed() {
    try (Flow flow =
        Flow.builder().policy(requests -> List.of()).judge(STOPPING_AT_THE_END).build()) {
      assertThatThrownBy(() -> flow.solve("q"))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("FlowTest")
          .hasMessageContaining("one chunk per row of its batch, 1 in all, found 0");
    }
    try (Flow flow = Flow.builder().policy(COUNTING).judge(partials -> List.of()).build()) {
      assertThatThrownBy(() -> flow.solve("2"))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("one decision per row of its batch, 1 in all, found 0");
    }
  }

  @Test
  void aBlankQuestionIsRefusedBeforeAnyCall() {
    ScriptedPolicy policy = ScriptedPolicy.letters(5);
    try (Flow flow = Flow.builder().policy(policy).judge(ScriptedJudge.stoppingAt(1)).build()) {
      assertThatThrownBy(() -> flow.solve(" ")).isInstanceOf(InvalidInputException.class);
    }
    assertThat(policy.snapshots()).isZero();
  }

  private static Flow flow(int maxChunks) {
    return Flow.builder().policy(COUNTING).judge(STOPPING_AT_THE_END).maxChunks(maxChunks).build();
  }

  private static FlowListener recorder(String name, List<String> events) {
    return new FlowListener() {
      @Override
      public void onChunk(Problem problem, int index, SolutionChunk chunk) {
        events.add(name + " " + problem.question() + " " + index + " " + chunk.text());
      }

      @Override
      public void onSolved(Solution solution) {
        String question = solution.problem().question();
        events.add(name + " " + question + " solved " + solution.finalAnswer().orElse(""));
      }
    };
  }
}
