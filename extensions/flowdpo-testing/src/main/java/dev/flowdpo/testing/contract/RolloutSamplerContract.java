package dev.flowdpo.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.testing.FailingVerifier;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link RolloutSampler} keeps: one tree per problem, in order, whose nodes lie on its
 * original path and whose branches leave it where they say they do; the verdicts are the
 * verifier's, and one that fails costs verdicts and nothing else; a problem's tree depends on the
 * seed and the problem, not on the batch. The policy writes random letters, and the judge stops at
 * vowels.
 */
@Timeout(600)
public abstract class RolloutSamplerContract {
  private static final int MAX_CHUNKS = 5;
  private static final Verifier HAS_AN_E = attempt -> Verdict.of(attempt.answer().contains("e"));

  /** Creates the tests. */
  protected RolloutSamplerContract() {}

  /** {@return the sampler under test; the same or an equal one at each call within one test} */
  protected abstract RolloutSampler sampler();

  @Test
  void givesOneTreePerProblemInOrder() {
    for (int size : new int[] {0, 1, 2, 33}) {
      List<Problem> problems = problems(size);
      assertThat(sample(problems, HAS_AN_E, 1, 1))
          .extracting(RolloutTree::problem)
          .isEqualTo(problems);
    }
  }

  @Test
  void theNodesLieOnTheOriginalPath() {
    for (RolloutTree tree : sample(problems(20), HAS_AN_E, 2, 2)) {
      Branch original = tree.original();
      assertThat(original.answer().problem()).isEqualTo(tree.problem());
      int last = -1;
      for (OutputNode node : tree.nodes()) {
        assertThat(node.index()).as("nodes in their order").isGreaterThan(last);
        assertThat(node.output()).isSameAs(ancestor(original.answer(), node.index() + 1));
        assertThat(node.decision()).isEqualTo(original.decisions().get(node.index()));
        last = node.index();
      }
    }
  }

  @Test
  void alternativesLeaveAtTheirNodeWithAnotherChunk() {
    for (RolloutTree tree : sample(problems(20), HAS_AN_E, 2, 3)) {
      for (OutputNode node : tree.nodes()) {
        assertThat(node.alternatives()).hasSizeLessThanOrEqualTo(2);
        for (Branch branch : node.alternatives()) {
          PartialAnswer other = ancestor(branch.answer(), node.index() + 1);
          assertThat(other.parent()).containsSame(node.prefix());
          assertThat(other.lastChunk().orElseThrow().tokens()).isNotEqualTo(node.chunk().tokens());
        }
      }
    }
  }

  @Test
  void aFlippedBranchKeepsTheChunkAndTurnsTheDecision() {
    for (RolloutTree tree : sample(problems(20), HAS_AN_E, 1, 4)) {
      for (OutputNode node : tree.nodes()) {
        node.flipped()
            .ifPresent(
                branch -> {
                  assertThat(ancestor(branch.answer(), node.index() + 1)).isSameAs(node.output());
                  assertThat(branch.decisions().get(node.index()))
                      .isEqualTo(node.decision().flipped());
                });
      }
    }
  }

  @Test
  void everyBranchEndsForItsReason() {
    for (Branch branch : branches(sample(problems(20), HAS_AN_E, 2, 5))) {
      int depth = branch.answer().depth();
      assertThat(depth).isBetween(1, MAX_CHUNKS);
      boolean stopped = branch.decisions().get(depth - 1).stop();
      assertThat(branch.finishReason() == FinishReason.STOPPED).isEqualTo(stopped);
      assertThat(stopped || depth == MAX_CHUNKS).isTrue();
      assertThat(branch.decisions().subList(0, depth - 1)).noneMatch(decision -> decision.stop());
    }
  }

  @Test
  void theVerdictsAreThoseOfTheVerifier() {
    List<Branch> branches = branches(sample(problems(20), HAS_AN_E, 1, 6));
    for (Branch branch : branches) {
      Attempt attempt = Attempt.of(branch.answer(), branch.finishReason());
      assertThat(branch.verdict()).isEqualTo(HAS_AN_E.verify(attempt));
    }
    assertThat(branches).anyMatch(branch -> branch.verdict().isCorrect());
    assertThat(branches).anyMatch(branch -> !branch.verdict().isCorrect());
  }

  @Test
  void aVerifierThatFailsCostsItsVerdictsOnly() {
    List<Problem> problems = problems(6);
    Verifier failing = FailingVerifier.when(a -> a.problem().equals(problems.get(2)), HAS_AN_E);
    List<String> expected = describe(sample(problems, HAS_AN_E, 1, 7));
    List<RolloutTree> trees = sample(problems, failing, 1, 7);
    List<String> found = describe(trees);
    for (int i = 0; i < problems.size(); i++) {
      if (i == 2) {
        assertThat(branches(List.of(trees.get(i)))).noneMatch(b -> b.verdict().known());
      } else {
        assertThat(found.get(i)).isEqualTo(expected.get(i));
      }
    }
    List<RolloutTree> allFailed = sample(problems, FailingVerifier.always(), 1, 7);
    assertThat(allFailed).hasSameSizeAs(problems);
    assertThat(branches(allFailed)).noneMatch(branch -> branch.verdict().known());
  }

  @Test
  void aTreeDependsOnSeedAndProblemAndNotOnTheBatch() {
    List<Problem> problems = problems(9);
    List<String> together = describe(sample(problems, HAS_AN_E, 1, 8));
    assertThat(describe(sample(problems, HAS_AN_E, 1, 8))).isEqualTo(together);
    List<String> alone = new ArrayList<>();
    for (Problem problem : problems) {
      alone.addAll(describe(sample(List.of(problem), HAS_AN_E, 1, 8)));
    }
    assertThat(alone).isEqualTo(together);
    List<Problem> reversed = new ArrayList<>(problems);
    Collections.reverse(reversed);
    List<String> back = new ArrayList<>(describe(sample(reversed, HAS_AN_E, 1, 8)));
    Collections.reverse(back);
    assertThat(back).isEqualTo(together);
  }

  @Test
  void concurrentCallsGiveWhatSingleOnesGive() {
    List<Problem> problems = problems(5);
    List<String> expected = describe(sample(problems, HAS_AN_E, 1, 9));
    List<Supplier<List<String>>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      calls.add(() -> describe(sample(problems, HAS_AN_E, 1, 9)));
    }
    assertThat(Concurrently.run(calls)).allSatisfy(f -> assertThat(f).isEqualTo(expected));
  }

  @Test
  void rollsOutUnderOneVersionOfTheModels() {
    ChangingModel model = new ChangingModel();
    List<RolloutTree> trees =
        sampler().sample(request(problems(4), model.policy(), model.judge(), HAS_AN_E, 1, 10));
    assertThat(branches(trees))
        .flatExtracting(branch -> branch.answer().chunks())
        .extracting(chunk -> chunk.text().substring(1))
        .containsOnly("0");
    assertThat(branches(trees))
        .flatExtracting(Branch::decisions)
        .extracting(decision -> decision.stopProbability())
        .containsOnly(0.0);
  }

  private List<RolloutTree> sample(
      List<Problem> problems, Verifier verifier, int rolloutsPerNode, long seed) {
    return sampler()
        .sample(
            request(
                problems,
                ScriptedPolicy.letters(12),
                ScriptedJudge.stoppingAtVowels(),
                verifier,
                rolloutsPerNode,
                seed));
  }

  private static RolloutRequest request(
      List<Problem> problems,
      FlowPolicy policy,
      StopJudge judge,
      Verifier verifier,
      int rolloutsPerNode,
      long seed) {
    FlowOptions options = FlowOptions.builder().chunkSize(4).maxChunks(MAX_CHUNKS).build();
    return RolloutRequest.builder(problems, policy, judge, verifier)
        .options(options)
        .rolloutsPerNode(rolloutsPerNode)
        .seed(seed)
        .build();
  }

  private static List<Problem> problems(int count) {
    return IntStream.range(0, count).mapToObj(i -> Problem.of("Question " + i + "?")).toList();
  }

  private static List<Branch> branches(List<RolloutTree> trees) {
    List<Branch> branches = new ArrayList<>();
    for (RolloutTree tree : trees) {
      branches.add(tree.original());
      for (OutputNode node : tree.nodes()) {
        branches.addAll(node.alternatives());
        node.flipped().ifPresent(branches::add);
      }
    }
    return branches;
  }

  /** Everything that was written, decided and judged; answers themselves are equal by identity. */
  private static List<String> describe(List<RolloutTree> trees) {
    return trees.stream()
        .map(
            tree ->
                branches(List.of(tree)).stream()
                    .map(b -> b.answer().chunks() + " " + b.decisions() + " " + b.verdict())
                    .toList()
                    .toString())
        .toList();
  }

  private static PartialAnswer ancestor(PartialAnswer answer, int depth) {
    PartialAnswer ancestor = answer;
    while (ancestor.depth() > depth) {
      ancestor = ancestor.parent().orElseThrow();
    }
    return ancestor;
  }
}
