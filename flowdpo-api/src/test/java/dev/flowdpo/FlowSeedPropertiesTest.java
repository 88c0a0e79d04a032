package dev.flowdpo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A solution depends on its problem and the seed, and on nothing around it. */
class FlowSeedPropertiesTest {
  @Property(tries = 200)
  void aProblemGetsTheSameSolutionInAnyBatch(
      @ForAll @IntRange(min = 1, max = 8) int count, @ForAll long seed) {
    List<Problem> problems = problems(count);
    List<Problem> shuffled = new ArrayList<>(problems);
    Collections.shuffle(shuffled, new Random(seed));
    try (Flow flow = flow(seed)) {
      List<Solution> together = flow.solveAll(shuffled);
      for (Problem problem : problems) {
        assertThat(together.get(shuffled.indexOf(problem)).chunks())
            .isEqualTo(flow.solve(problem).chunks());
      }
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
}
