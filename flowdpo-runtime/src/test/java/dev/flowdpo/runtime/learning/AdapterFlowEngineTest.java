package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterFlowEngineTest {
  private static Flow flow;

  @BeforeAll
  static void open() {
    flow = Flow.builder().seed(7).build();
  }

  @AfterAll
  static void close() {
    flow.close();
  }

  @Test
  void solvesChunkByChunk() {
    Solution solution =
        flow.solve("Tom has 3 bags with 4 apples each. He eats 2. How many apples are left?");

    assertThat(solution.chunks()).isNotEmpty().hasSizeLessThanOrEqualTo(6);
    assertThat(solution.chunks())
        .allSatisfy(
            chunk -> {
              assertThat(chunk.tokens().length()).isBetween(1, 8);
              assertThat(chunk.logProbability().orElseThrow()).isNegative();
              assertThat(chunk.stopProbability()).isBetween(0.0, 1.0);
            });
    String text = solution.chunks().stream().map(SolutionChunk::text).collect(Collectors.joining());
    assertThat(solution.text()).isEqualTo(text.strip());
    boolean stopped = solution.chunks().get(solution.chunks().size() - 1).stopProbability() >= 0.5;
    assertThat(solution.finishReason())
        .isEqualTo(stopped ? FinishReason.STOPPED : FinishReason.MAX_CHUNKS);
    assertThat(solution.usage().promptTokens().orElseThrow()).isPositive();
  }

  @Test
  void streamsEveryChunkOnceAndInOrder() {
    List<String> texts = new ArrayList<>();
    Solution solution =
        flow.solve(
            Problem.of("Mary has 5 pens. She buys 3 more. How many pens does Mary have?"),
            new FlowListener() {
              @Override
              public void onChunk(Problem problem, int index, SolutionChunk chunk) {
                assertThat(index).isEqualTo(texts.size());
                texts.add(chunk.text());
              }
            });

    assertThat(texts)
        .containsExactlyElementsOf(solution.chunks().stream().map(SolutionChunk::text).toList());
  }

  @Test
  void aProblemIsSolvedTheSameAloneAndInABatch() {
    List<Problem> problems = BundledProblems.learning(3, 24);
    List<Solution> together = flow.solveAll(problems);
    for (int i = 0; i < problems.size(); i += 5) {
      assertThat(tokens(flow.solve(problems.get(i)))).isEqualTo(tokens(together.get(i)));
    }
  }

  @Test
  void manyThreadsSolveAtTheSameTime() throws Exception {
    List<Problem> problems = BundledProblems.learning(4, 16);
    List<Solution> expected = flow.solveAll(problems);
    ExecutorService executor = Executors.newFixedThreadPool(4);
    try {
      List<CompletableFuture<Solution>> futures =
          problems.stream()
              .map(p -> CompletableFuture.supplyAsync(() -> flow.solve(p), executor))
              .toList();
      for (int i = 0; i < problems.size(); i++) {
        assertThat(tokens(futures.get(i).get())).isEqualTo(tokens(expected.get(i)));
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void goesOnAfterAnEndThatTheJudgeDoesNotAccept() {
    try (Flow stubborn =
        Flow.builder()
            .seed(1)
            .judge(partials -> partials.stream().map(p -> new StopDecision(false, 0)).toList())
            .build()) {
      for (Solution solution : stubborn.solveAll(BundledProblems.learning(5, 8))) {
        assertThat(solution.finishReason()).isEqualTo(FinishReason.MAX_CHUNKS);
        List<SolutionChunk> chunks = solution.chunks();
        for (int i = 1; i < chunks.size(); i++) {
          boolean ended = lastToken(chunks.get(i - 1)) == 0;
          if (ended) {
            assertThat(chunks.get(i).tokens().get(0)).isNotZero();
          }
        }
      }
    }
  }

  @Test
  void refusesQuestionsThatCannotBeAsked() {
    assertThatThrownBy(() -> flow.solve("  ")).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> flow.solve("apples ".repeat(400) + "?"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("prompt")
        .hasMessageContaining("tokens");
  }

  @Test
  void endsWhereTheModelCanReadNoMore() {
    Flow endless = flow.withOptions(options -> options.chunkSize(100).maxChunks(30));
    Solution solution = endless.solve(BundledProblems.learning(6, 1).get(0));
    int tokens = solution.chunks().stream().mapToInt(c -> c.tokens().length()).sum();
    assertThat(tokens).isLessThan(256 + 30);
  }

  @Test
  void refusesFoldersThatAreNoModelsOrAdapters(@TempDir Path folder) throws IOException {
    assertThatThrownBy(() -> Flow.builder().model(folder.resolve("nowhere")).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("nowhere");
    assertThatThrownBy(() -> Flow.builder().adapters(folder).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("answer");
    for (String file : BundledModel.FILES) {
      Files.copy(BundledModel.folder().resolve(file), folder.resolve(file));
    }
    Files.write(
        folder.resolve("model.safetensors"),
        Arrays.copyOf(Files.readAllBytes(folder.resolve("model.safetensors")), 5000));
    assertThatThrownBy(() -> Flow.builder().model(folder).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model.safetensors");
  }

  @Test
  void aClosedFlowSaysSo() {
    Flow closed = Flow.builder().build();
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.solve("How many?"))
        .isInstanceOfAny(IllegalStateException.class, FlowException.class);
  }

  private static int lastToken(SolutionChunk chunk) {
    return chunk.tokens().get(chunk.tokens().length() - 1);
  }

  private static List<?> tokens(Solution solution) {
    return solution.chunks().stream().map(SolutionChunk::tokens).toList();
  }
}
