package dev.flowdpo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Seeds of chunks, and solving from several threads. */
class FlowSeedTest {
  @Test
  void anotherSeedGivesOtherSolutions() {
    try (Flow one = flow(1);
        Flow two = one.withOptions(options -> options.seed(2))) {
      assertThat(texts(one.solveAll(problems(20))))
          .isEqualTo(texts(one.solveAll(problems(20))))
          .isNotEqualTo(texts(two.solveAll(problems(20))));
    }
  }

  @Test
  void theChunksOfOneSolutionHaveDifferentSeeds() {
    ScriptedPolicy policy = ScriptedPolicy.letters(26);
    try (Flow flow = Flow.builder().policy(policy).judge(ScriptedJudge.stoppingAt(6)).build()) {
      flow.solveAll(problems(10));
    }
    assertThat(policy.batches().stream().flatMap(List::stream).map(request -> request.seed()))
        .hasSize(60)
        .doesNotHaveDuplicates();
  }

  @Test
  void severalThreadsGetWhatOneGets() throws InterruptedException, ExecutionException {
    List<Problem> problems = problems(200);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (Flow flow = flow(3)) {
      List<String> expected = texts(flow.solveAll(problems));
      List<Future<String>> futures = new ArrayList<>();
      for (Problem problem : problems) {
        futures.add(threads.submit(() -> flow.solve(problem).text()));
      }
      List<String> found = new ArrayList<>();
      for (Future<String> future : futures) {
        found.add(future.get());
      }
      assertThat(found).isEqualTo(expected);
    } finally {
      threads.shutdownNow();
    }
  }

  private static Flow flow(long seed) {
    return Flow.builder()
        .policy(ScriptedPolicy.letters(26))
        .judge(ScriptedJudge.stoppingAtVowels())
        .seed(seed)
        .build();
  }

  private static List<Problem> problems(int count) {
    return IntStream.range(0, count).mapToObj(i -> Problem.of("question " + i)).toList();
  }

  private static List<String> texts(List<Solution> solutions) {
    return solutions.stream().map(Solution::text).toList();
  }
}
