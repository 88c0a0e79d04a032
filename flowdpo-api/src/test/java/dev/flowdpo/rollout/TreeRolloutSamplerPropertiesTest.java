package dev.flowdpo.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.Flow;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds for every tree, whatever policy and judge draw. */
class TreeRolloutSamplerPropertiesTest {
  private static final Verifier ODD_COUNT_OF_E =
      attempt -> Verdict.of(attempt.answer().chars().filter(c -> c == 'e').count() % 2 == 1);

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void everyTreeIsWellFormed(
      @ForAll @IntRange(min = 1, max = 4) int problems,
      @ForAll @IntRange(min = 1, max = 5) int maxChunks,
      @ForAll @IntRange(max = 3) int rollouts,
      @ForAll @IntRange(min = 1, max = 9) int letters,
      @ForAll long seed) {
    for (RolloutTree tree : sample(problems(problems), maxChunks, rollouts, letters, seed)) {
      assertThat(tree.nodes()).hasSize(tree.original().answer().depth());
      assertComplete(tree.original(), maxChunks);
      for (OutputNode node : tree.nodes()) {
        assertThat(node.alternatives()).hasSizeLessThanOrEqualTo(rollouts);
        node.alternatives().forEach(branch -> assertAlternative(tree, node, branch, maxChunks));
        assertFlip(tree, node, maxChunks);
      }
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void aTreeDependsOnItsProblemAndSeedOnly(
      @ForAll @IntRange(min = 2, max = 5) int problems,
      @ForAll @IntRange(min = 1, max = 4) int maxChunks,
      @ForAll @IntRange(min = 1, max = 5) int letters,
      @ForAll long seed) {
    List<Problem> all = problems(problems);
    List<String> together =
        sample(all, maxChunks, 1, letters, seed).stream().map(Object::toString).toList();
    List<Problem> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(seed));
    List<RolloutTree> mixed = sample(shuffled, maxChunks, 1, letters, seed);
    for (int i = 0; i < problems; i++) {
      assertThat(sample(List.of(all.get(i)), maxChunks, 1, letters, seed).get(0).toString())
          .isEqualTo(together.get(i))
          .isEqualTo(mixed.get(shuffled.indexOf(all.get(i))).toString());
    }
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void theOriginalPathIsTheFlowsOwn(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int n) {
    List<RolloutTree> trees = sample(problems(3), n, 1, 7, seed);
    try (Flow flow =
        Flow.builder()
            .policy(ScriptedPolicy.letters(7))
            .judge(ScriptedJudge.stoppingAtVowels())
            .maxChunks(n)
            .seed(seed)
            .build()) {
      assertThat(flow.solveAll(problems(3)))
          .extracting(Solution::text)
          .isEqualTo(trees.stream().map(tree -> tree.original().text()).toList());
    }
  }

  private static void assertAlternative(
      RolloutTree tree, OutputNode node, Branch branch, int maxChunks) {
    List<Chunk> chunks = branch.answer().chunks();
    assertThat(chunks.subList(0, node.index())).isEqualTo(node.prefix().chunks());
    assertThat(chunks.get(node.index()).tokens()).isNotEqualTo(node.chunk().tokens());
    assertThat(branch.decisions().subList(0, node.index()))
        .isEqualTo(tree.original().decisions().subList(0, node.index()));
    assertComplete(branch, maxChunks);
    assertThat(branch.verdict()).isEqualTo(ODD_COUNT_OF_E.verify(tree.problem(), branch.text()));
  }

  private static void assertFlip(RolloutTree tree, OutputNode node, int maxChunks) {
    boolean impossible = node.decision().stop() && node.output().depth() == maxChunks;
    assertThat(node.flipped().isEmpty()).isEqualTo(impossible);
    node.flipped()
        .ifPresent(
            branch -> {
              assertThat(branch.decisions().get(node.index())).isEqualTo(node.decision().flipped());
              assertThat(branch.answer().chunks().subList(0, node.index() + 1))
                  .isEqualTo(node.output().chunks());
              assertThat(branch.answer() == node.output()).isEqualTo(!node.decision().stop());
              assertComplete(branch, maxChunks);
              assertThat(branch.verdict())
                  .isEqualTo(ODD_COUNT_OF_E.verify(tree.problem(), branch.text()));
            });
  }

  /** A path stops at its first decision to stop, or else at the limit. */
  private static void assertComplete(Branch branch, int maxChunks) {
    List<StopDecision> decisions = branch.decisions();
    int last = decisions.size() - 1;
    assertThat(decisions.subList(0, last)).noneMatch(StopDecision::stop);
    if (decisions.get(last).stop()) {
      assertThat(branch.finishReason()).isEqualTo(FinishReason.STOPPED);
    } else {
      assertThat(branch.finishReason()).isEqualTo(FinishReason.MAX_CHUNKS);
      assertThat(branch.answer().depth()).isEqualTo(maxChunks);
    }
  }

  private static List<RolloutTree> sample(
      List<Problem> problems, int maxChunks, int rollouts, int letters, long seed) {
    return new TreeRolloutSampler()
        .sample(
            RolloutRequest.builder(
                    problems,
                    ScriptedPolicy.letters(letters),
                    ScriptedJudge.stoppingAtVowels(),
                    ODD_COUNT_OF_E)
                .options(
                    FlowOptions.builder()
                        .chunkSize(8)
                        .maxChunks(maxChunks)
                        .sampling(SamplingOptions.of(1))
                        .seed(0)
                        .build())
                .rolloutsPerNode(rollouts)
                .seed(seed)
                .build());
  }

  private static List<Problem> problems(int count) {
    return IntStream.range(0, count).mapToObj(i -> Problem.of("question " + i)).toList();
  }
}
