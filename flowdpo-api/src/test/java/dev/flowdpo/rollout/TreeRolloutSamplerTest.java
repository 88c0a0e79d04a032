package dev.flowdpo.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.scripted.CapturedLog;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Trees small enough to be written down. */
class TreeRolloutSamplerTest {
  private static final SamplingOptions SAMPLING = SamplingOptions.of(0.7);
  private static final Problem PROBLEM = Problem.builder("q").id("p1").build();

  @Test
  void everyBranchOfATree() {
    // The flow writes "o" three times and stops there; whatever is written later is "a".
    ScriptedPolicy policy = originalThenAlternative(3);
    ScriptedJudge judge = ScriptedJudge.stoppingAt(3);
    List<String> verified = new ArrayList<>();
    Verifier verifier =
        attempt -> {
          verified.add(attempt.answer());
          return Verdict.reward(attempt.answer().length() / 10.0, attempt.answer());
        };

    RolloutTree tree = sample(policy, judge, verifier, 4, 1, PROBLEM).get(0);

    assertThat(tree.problem()).isSameAs(PROBLEM);
    assertThat(tree.original().text()).isEqualTo("ooo");
    assertThat(tree.original().finishReason()).isEqualTo(FinishReason.STOPPED);
    assertThat(tree.original().verdict().reward().orElseThrow()).isEqualTo(0.3);
    assertThat(stops(tree.original())).containsExactly(false, false, true);
    assertThat(tree.nodes()).hasSize(3);
    assertThat(tree.nodes()).extracting(OutputNode::index).containsExactly(0, 1, 2);
    assertThat(tree.nodes())
        .extracting(node -> node.decision().stop())
        .containsExactly(false, false, true);
    assertThat(tree.nodes())
        .extracting(node -> node.output().text())
        .containsExactly("o", "oo", "ooo");

    assertThat(tree.nodes())
        .extracting(node -> node.alternatives().get(0).text())
        .containsExactly("aaa", "oaa", "ooa");
    assertThat(tree.nodes())
        .extracting(node -> stops(node.alternatives().get(0)))
        .containsOnly(List.of(false, false, true));

    assertThat(tree.nodes())
        .extracting(node -> node.flipped().orElseThrow().text())
        .containsExactly("o", "oo", "oooa");
    assertThat(tree.nodes())
        .extracting(node -> stops(node.flipped().orElseThrow()))
        .containsExactly(List.of(true), List.of(false, true), List.of(false, false, false, true));
    assertThat(tree.nodes())
        .extracting(node -> node.flipped().orElseThrow().finishReason())
        .containsOnly(FinishReason.STOPPED);
    assertThat(verified).containsExactlyInAnyOrder("ooo", "aaa", "o", "oaa", "oo", "ooa", "oooa");
  }

  @Test
  void aKnownPathIsNeitherWrittenNorJudgedAgain() {
    Branch known =
        sample(
                originalThenAlternative(3),
                ScriptedJudge.stoppingAt(3),
                attempt -> Verdict.of(false),
                4,
                1,
                PROBLEM)
            .get(0)
            .original();
    Problem other = Problem.builder("q").id("p2").build();
    Branch right =
        new Branch(known.answer(), known.decisions(), known.finishReason(), Verdict.of(true));
    List<String> verified = new ArrayList<>();
    Verifier verifier =
        attempt -> {
          verified.add(attempt.problem().id() + attempt.answer());
          return Verdict.of(false);
        };
    RolloutRequest request =
        RolloutRequest.builder(
                List.of(PROBLEM, other),
                originalThenAlternative(3),
                ScriptedJudge.stoppingAt(3),
                verifier)
            .originals(List.of(Optional.of(right), Optional.empty()))
            .options(FlowOptions.builder().chunkSize(1).maxChunks(4).sampling(SAMPLING).build())
            .build();

    List<RolloutTree> trees = new TreeRolloutSampler().sample(request);

    assertThat(trees.get(0).original()).isEqualTo(right);
    assertThat(trees.get(0).original().answer()).isSameAs(known.answer());
    assertThat(trees.get(0).nodes()).hasSize(3);
    assertThat(trees.get(1).problem()).isSameAs(other);
    assertThat(verified).doesNotContain("p1ooo").contains("p1o", "p1oo", "p2ooo");
  }

  @Test
  void knownPathsAreOnePerProblemAndOfIt() {
    RolloutRequest.Builder request =
        RolloutRequest.builder(
            List.of(PROBLEM),
            originalThenAlternative(3),
            ScriptedJudge.stoppingAt(3),
            attempt -> Verdict.of(true));
    PartialAnswer answer = PartialAnswer.start(Problem.of("another")).append(Chunks.of("o"));
    Branch foreign =
        new Branch(
            answer, List.of(new StopDecision(true, 0.9)), FinishReason.STOPPED, Verdict.of(true));
    assertThatThrownBy(() -> request.originals(List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 in all, found 0");
    assertThatThrownBy(() -> request.originals(List.of(Optional.of(foreign))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a path of problem p1");
  }

  @Test
  void decisionsBeforeTheForkAreTheOriginalOnesAndAFlipKeepsItsProbability() {
    ScriptedPolicy policy = originalThenAlternative(2);
    RolloutTree tree =
        sample(policy, ScriptedJudge.stoppingAt(2), attempt -> Verdict.of(true), 3, 1, PROBLEM)
            .get(0);
    OutputNode last = tree.nodes().get(1);
    assertThat(last.alternatives().get(0).decisions().get(0))
        .isSameAs(tree.original().decisions().get(0));
    assertThat(last.flipped().orElseThrow().decisions())
        .containsExactly(
            new StopDecision(false, 0.1),
            new StopDecision(false, 0.2),
            new StopDecision(true, 0.3));
  }

  @Test
  void branchesShareTheInstancesTheyForkFrom() {
    RolloutTree tree =
        sample(
                originalThenAlternative(3),
                ScriptedJudge.stoppingAt(3),
                attempt -> Verdict.of(true),
                4,
                1,
                PROBLEM)
            .get(0);
    for (OutputNode node : tree.nodes()) {
      assertThat(ancestor(node.alternatives().get(0).answer(), node.index()))
          .isSameAs(node.prefix());
      assertThat(ancestor(node.flipped().orElseThrow().answer(), node.index() + 1))
          .isSameAs(node.output());
      assertThat(ancestor(tree.original().answer(), node.index() + 1)).isSameAs(node.output());
    }
  }

  @Test
  void atTheLimitAFlipToGoOnIsLeftOut() {
    RolloutTree tree =
        sample(
                originalThenAlternative(2),
                ScriptedJudge.stoppingAt(2),
                attempt -> Verdict.of(true),
                2,
                1,
                PROBLEM)
            .get(0);
    assertThat(tree.original().finishReason()).isEqualTo(FinishReason.STOPPED);
    assertThat(tree.nodes().get(0).flipped()).isPresent();
    assertThat(tree.nodes().get(1).flipped()).isEmpty();
  }

  @Test
  void atTheLimitAFlipToStopIsJudgedAsAnAnswerThatWasStopped() {
    List<String> verified = new ArrayList<>();
    RolloutTree tree =
        sample(
                originalThenAlternative(2),
                ScriptedJudge.stoppingAt(99),
                attempt -> {
                  verified.add(attempt.answer() + " " + attempt.finishReason().orElseThrow());
                  return Verdict.of(!attempt.truncated());
                },
                2,
                0,
                PROBLEM)
            .get(0);
    assertThat(tree.original().finishReason()).isEqualTo(FinishReason.MAX_CHUNKS);
    Branch flipped = tree.nodes().get(1).flipped().orElseThrow();
    assertThat(flipped.answer()).isSameAs(tree.original().answer());
    assertThat(flipped.finishReason()).isEqualTo(FinishReason.STOPPED);
    assertThat(tree.original().verdict().isCorrect()).isFalse();
    assertThat(flipped.verdict().isCorrect()).isTrue();
    assertThat(verified).containsExactly("oo MAX_CHUNKS", "o STOPPED", "oo STOPPED");
  }

  @Test
  void everythingAfterTheFirstPassIsOneBatchPerRound() {
    ScriptedPolicy policy = ScriptedPolicy.letters(1_000_000);
    ScriptedJudge judge = ScriptedJudge.stoppingAt(3);
    Problem[] problems = {Problem.of("one"), Problem.of("two")};
    sample(policy, judge, attempt -> Verdict.of(true), 5, 2, problems);
    // First pass: 2 rows, 3 rounds. Second: per problem 3 nodes · 2 alternatives + 1 flip to "go
    // on"; a row from node n has 3 − n rounds, a flip at depth 3 has 1.
    assertThat(policy.batches()).extracting(List::size).containsExactly(2, 2, 2, 14, 8, 4);
    assertThat(judge.batches()).extracting(List::size).containsExactly(2, 2, 2, 14, 8, 4);
    assertThat(policy.batches().stream().flatMap(List::stream).map(ChunkRequest::seed))
        .doesNotHaveDuplicates();
    assertThat(policy.snapshots()).isEqualTo(1);
    assertThat(judge.snapshots()).isEqualTo(1);
  }

  @Test
  void anAlternativeThatEqualsTheOriginalIsDrawnFourTimesMoreAndThenGivenUp() {
    ScriptedPolicy policy = ScriptedPolicy.letters(1);
    ScriptedJudge judge = ScriptedJudge.stoppingAt(1);
    RolloutTree tree = sample(policy, judge, attempt -> Verdict.of(true), 1, 3, PROBLEM).get(0);
    assertThat(tree.nodes().get(0).alternatives()).isEmpty();
    assertThat(policy.batches()).extracting(List::size).containsExactly(1, 3, 3, 3, 3, 3);
    // Each draw has a seed of its own, and none is judged.
    assertThat(policy.batches().stream().flatMap(List::stream).map(ChunkRequest::seed))
        .doesNotHaveDuplicates();
    assertThat(judge.batches()).extracting(List::size).containsExactly(1);
  }

  @Test
  void aRedrawWaitsForNobodyAndHoldsUpNobody() {
    // The alternative equals the original at first; the flip at node 0 goes on all the while.
    int[] calls = {0};
    ScriptedPolicy policy =
        new ScriptedPolicy(
            request -> Chunks.of(calls[0]++ < 5 && request.prefix().depth() == 0 ? "o" : "a"));
    ScriptedJudge judge = ScriptedJudge.stoppingAt(1);
    RolloutTree tree = sample(policy, judge, attempt -> Verdict.of(true), 2, 1, PROBLEM).get(0);
    assertThat(tree.nodes().get(0).alternatives()).extracting(Branch::text).containsExactly("a");
    assertThat(tree.nodes().get(0).flipped().orElseThrow().text()).isEqualTo("oa");
    assertThat(policy.batches()).extracting(List::size).containsExactly(1, 2, 1, 1, 1);
  }

  @Test
  void requestsCarryTheOptions() {
    ScriptedPolicy policy = ScriptedPolicy.letters(5);
    sample(policy, ScriptedJudge.stoppingAt(2), attempt -> Verdict.of(true), 3, 1, PROBLEM);
    assertThat(policy.batches().stream().flatMap(List::stream))
        .allMatch(request -> request.maxTokens() == 8 && request.sampling().equals(SAMPLING));
  }

  @Test
  void aVerifierThatThrowsCostsOnlyItsOwnBranch() {
    Problem problem = Problem.of("a question whose alternative breaks the verifier");
    Verifier verifier =
        attempt -> {
          if (attempt.answer().startsWith("a")) {
            throw new IllegalArgumentException("cannot parse " + attempt.answer());
          }
          return Verdict.of(true);
        };
    RolloutTree tree =
        sample(originalThenAlternative(1), ScriptedJudge.stoppingAt(1), verifier, 1, 1, problem)
            .get(0);
    assertThat(tree.original().verdict().isCorrect()).isTrue();
    Verdict failed = tree.nodes().get(0).alternatives().get(0).verdict();
    assertThat(failed.known()).isFalse();
    assertThat(failed.reason().orElse(""))
        .startsWith("verifier failed: ")
        .contains("cannot parse a");
    assertThat(CapturedLog.warningsWith(problem.id())).hasSize(1);
  }

  @Test
  void aGuardJudgesWhatIsCompleteWhileOtherAnswersAreWritten() {
    // The original path is judged; only then does the policy write the branches.
    CountDownLatch judged = new CountDownLatch(1);
    AtomicInteger chunks = new AtomicInteger();
    ScriptedPolicy policy =
        new ScriptedPolicy(
            request -> {
              boolean original = chunks.getAndIncrement() < 3;
              return Chunks.of(original || await(judged) ? original ? "o" : "a" : "late");
            });
    Verifier verifier =
        attempt -> {
          judged.countDown();
          return Verdict.of(attempt.answer().equals("ooo"));
        };
    try (VerifierGuard guard = new VerifierGuard(verifier, Duration.ofMinutes(1))) {
      RolloutTree tree = sample(policy, ScriptedJudge.stoppingAt(3), guard, 4, 1, PROBLEM).get(0);

      assertThat(tree.original().verdict().isCorrect()).isTrue();
      assertThat(tree.nodes())
          .extracting(node -> node.alternatives().get(0).text())
          .containsExactly("aaa", "oaa", "ooa");
      assertThat(tree.nodes())
          .extracting(node -> node.alternatives().get(0).verdict().isCorrect())
          .containsOnly(false);
      assertThat(guard.failures() + guard.timeouts()).isZero();
    }
  }

  @Test
  void noMoreAnswersAreJudgedAtOneTimeThanTheGuardAllows() {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Verifier verifier =
        attempt -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          Thread.onSpinWait();
          now.decrementAndGet();
          return Verdict.of(true);
        };
    try (VerifierGuard guard = new VerifierGuard(verifier, Duration.ofMinutes(1), 2)) {
      Problem[] problems =
          IntStream.range(0, 20)
              .mapToObj(i -> Problem.builder("q").id("p" + i).build())
              .toArray(Problem[]::new);
      List<RolloutTree> trees =
          sample(originalThenAlternative(60), ScriptedJudge.stoppingAt(3), guard, 4, 1, problems);

      assertThat(trees).hasSize(20);
      assertThat(trees).allMatch(tree -> tree.original().verdict().isCorrect());
      assertThat(most.get()).isBetween(1, 2);
    }
  }

  @Test
  void aBatchVerifierBehindAGuardGetsAllAnswersInOneCall() {
    List<Integer> calls = new ArrayList<>();
    BatchVerifier batch =
        attempts -> {
          calls.add(attempts.size());
          return attempts.stream().map(attempt -> Verdict.of(true)).toList();
        };
    try (VerifierGuard guard = new VerifierGuard(batch)) {
      var unused =
          sample(originalThenAlternative(3), ScriptedJudge.stoppingAt(3), guard, 4, 1, PROBLEM);
    }
    assertThat(calls).containsExactly(7);
  }

  @Test
  void anInterruptWhileVerifyingEndsTheSampling() {
    Verifier interrupted =
        attempt -> {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("gave up");
        };
    assertThatThrownBy(
            () ->
                sample(
                    ScriptedPolicy.letters(5),
                    ScriptedJudge.stoppingAt(1),
                    interrupted,
                    1,
                    1,
                    PROBLEM))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("p1");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void verifiersSeeTheTextWithoutBlanksAround() {
    List<String> verified = new ArrayList<>();
    ScriptedPolicy policy = new ScriptedPolicy(request -> Chunks.of(" o\n"));
    RolloutTree tree =
        sample(
                policy,
                ScriptedJudge.stoppingAt(2),
                attempt -> {
                  verified.add(attempt.answer());
                  return Verdict.of(true);
                },
                2,
                0,
                PROBLEM)
            .get(0);
    assertThat(verified).containsExactly("o\n o", "o");
    assertThat(tree.original().text()).isEqualTo("o\n o");
    assertThat(tree.original().answer().text()).isEqualTo(" o\n o\n");
  }

  @Test
  void noProblemsGiveNoTrees() {
    ScriptedPolicy policy = ScriptedPolicy.letters(5);
    assertThat(sample(policy, ScriptedJudge.stoppingAt(1), attempt -> Verdict.of(true), 1, 1))
        .isEmpty();
    assertThat(policy.batches()).isEmpty();
  }

  private static List<RolloutTree> sample(
      ScriptedPolicy policy,
      ScriptedJudge judge,
      Verifier verifier,
      int maxChunks,
      int rolloutsPerNode,
      Problem... problems) {
    return RolloutSampler.tree()
        .sample(
            RolloutRequest.builder(List.of(problems), policy, judge, verifier)
                .options(
                    FlowOptions.builder()
                        .chunkSize(8)
                        .maxChunks(maxChunks)
                        .sampling(SAMPLING)
                        .seed(99)
                        .build())
                .rolloutsPerNode(rolloutsPerNode)
                .seed(5)
                .build());
  }

  /** Writes "o" in its first calls and "a" from then on. */
  private static ScriptedPolicy originalThenAlternative(int originalChunks) {
    int[] calls = {0};
    return new ScriptedPolicy(request -> Chunks.of(calls[0]++ < originalChunks ? "o" : "a"));
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static List<Boolean> stops(Branch branch) {
    return branch.decisions().stream().map(StopDecision::stop).toList();
  }

  private static PartialAnswer ancestor(PartialAnswer answer, int depth) {
    PartialAnswer ancestor = answer;
    while (ancestor.depth() > depth) {
      ancestor = ancestor.parent().orElseThrow();
    }
    return ancestor;
  }
}
