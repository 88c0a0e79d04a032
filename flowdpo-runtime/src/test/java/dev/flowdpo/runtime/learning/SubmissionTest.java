package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.FlowOverloadedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningEnd;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.ProblemOutcome;
import dev.flowdpo.learning.ProblemOutcome.Status;
import dev.flowdpo.learning.SubmissionOptions.WhenFull;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A learner that problems come to one by one, and its ends. */
@Tag("slow")
@Timeout(120)
class SubmissionTest {
  private static final LearnerOptions OPTIONS =
      BundledModel.learnerOptions().toBuilder()
          .rollouts(rollouts -> rollouts.problemsPerGroup(4))
          .submissions(submissions -> submissions.groupWait(Duration.ofMillis(20)))
          .seed(5)
          .build();

  private Flow flow;

  @BeforeEach
  void open() {
    flow = Flow.builder().seed(3).build();
  }

  @AfterEach
  void close() {
    flow.close();
  }

  @Test
  void whatIsSubmittedIsLearnedFrom() throws Exception {
    List<Problem> problems = BundledProblems.learning(4, 10);
    try (OnlineLearner learner = builder().build()) {
      List<CompletableFuture<ProblemOutcome>> futures =
          problems.stream().map(learner::submit).toList();
      int pairs = 0;
      for (int i = 0; i < problems.size(); i++) {
        ProblemOutcome outcome = futures.get(i).get();
        assertThat(outcome.problem()).isEqualTo(problems.get(i));
        assertThat(outcome.status()).isEqualTo(Status.LEARNED);
        RolloutTree tree = outcome.tree().orElseThrow();
        Solution solution = outcome.solution().orElseThrow();
        assertThat(solution.text()).isEqualTo(tree.original().text());
        assertThat(solution.chunks()).hasSize(tree.nodes().size());
        pairs += outcome.pairs().size();
      }
      LearningProgress progress = learner.progress();
      assertThat(progress.problems()).isEqualTo(10);
      assertThat(progress.answerPairs() + progress.stopPairs()).isEqualTo(pairs).isPositive();
      assertThat(problems).allMatch(problem -> learner.hasSeen(problem.id()));
    }
  }

  /** One full group by either way: the same seeds, the same rollouts, the same steps. */
  @Test
  void aGroupTeachesTheSameHoweverItComes() throws Exception {
    List<Problem> problems = BundledProblems.learning(6, 4);
    LearnerOptions patient =
        OPTIONS.toBuilder().submissions(s -> s.groupWait(Duration.ofSeconds(60))).build();
    LearningProgress learned;
    try (OnlineLearner learner = builder().options(patient).build()) {
      learned = learner.learn(problems).progress();
    }
    try (Flow other = Flow.builder().seed(3).build();
        OnlineLearner learner =
            other.learner().verifier(BundledProblems.VERIFIER).options(patient).build()) {
      List<CompletableFuture<ProblemOutcome>> futures =
          problems.stream().map(learner::submit).toList();
      int updates = futures.get(3).get().updates().size();
      assertThat(learner.progress()).isEqualTo(learned);
      assertThat(updates).isEqualTo(learned.answerUpdates() + learned.stopUpdates());
      Problem probe = BundledProblems.heldOut(1).get(0);
      assertThat(other.solve(probe).chunks()).isEqualTo(flow.solve(probe).chunks());
    }
  }

  @Test
  void aProblemIsLearnedFromOnceUnlessItMayBeAgain() throws Exception {
    Problem problem = BundledProblems.learning(7, 1).get(0);
    try (OnlineLearner learner = builder().build()) {
      CompletableFuture<ProblemOutcome> first = learner.submit(problem);
      CompletableFuture<ProblemOutcome> twin = learner.submit(problem);
      Set<Status> both = Set.of(first.get().status(), twin.get().status());
      assertThat(both).containsExactlyInAnyOrder(Status.LEARNED, Status.KNOWN);
      assertThat(learner.submit(problem).get().status()).isEqualTo(Status.KNOWN);
      assertThat(learner.progress().problems()).isEqualTo(1);
    }
    LearnerOptions again = OPTIONS.toBuilder().submissions(s -> s.learnAgain(true)).build();
    try (OnlineLearner learner = builder().options(again).build()) {
      learner.submit(problem).get();
      assertThat(learner.submit(problem).get().status()).isEqualTo(Status.LEARNED);
      assertThat(learner.progress().problems()).isEqualTo(2);
    }
  }

  @Test
  void aPausedLearnerBeginsNothing() throws Exception {
    List<Problem> problems = BundledProblems.learning(8, 2);
    try (OnlineLearner learner = builder().build()) {
      learner.pause();
      CompletableFuture<ProblemOutcome> waiting = learner.submit(problems.get(0));
      assertThatThrownBy(() -> waiting.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      learner.resume();
      assertThat(waiting.get().status()).isEqualTo(Status.LEARNED);
    }
  }

  @Test
  void aFullQueueRefusesWhereThatIsChosen() throws Exception {
    List<Problem> problems = BundledProblems.learning(9, 8);
    LearnerOptions small =
        OPTIONS.toBuilder().submissions(s -> s.capacity(2).whenFull(WhenFull.REFUSE)).build();
    try (OnlineLearner learner = builder().options(small).build()) {
      learner.pause();
      assertThatThrownBy(() -> problems.forEach(learner::submit))
          .isInstanceOf(FlowOverloadedException.class)
          .hasMessageContaining("found 2 submissions waiting")
          .hasMessageContaining("capacity");
    }
  }

  @Test
  void aFullQueueLetsWaitOtherwise() throws Exception {
    List<Problem> problems = BundledProblems.learning(9, 8);
    LearnerOptions small = OPTIONS.toBuilder().submissions(s -> s.capacity(2)).build();
    try (OnlineLearner learner = builder().options(small).build()) {
      List<CompletableFuture<ProblemOutcome>> futures =
          problems.stream().map(learner::submit).toList();
      for (CompletableFuture<ProblemOutcome> future : futures) {
        assertThat(future.get().status()).isEqualTo(Status.LEARNED);
      }
    }
  }

  @Test
  void aCancelledSubmissionIsTakenBack() throws Exception {
    List<Problem> problems = BundledProblems.learning(10, 2);
    try (OnlineLearner learner = builder().build()) {
      learner.pause();
      // The first may be in the hands of the learner's thread already.
      CompletableFuture<ProblemOutcome> first = learner.submit(problems.get(0));
      Thread.sleep(200);
      CompletableFuture<ProblemOutcome> second = learner.submit(problems.get(1));
      second.cancel(false);
      learner.resume();
      first.get();
      assertThat(learner.stop(Duration.ofSeconds(60))).isTrue();
      assertThat(learner.hasSeen(problems.get(1).id())).isFalse();
    }
  }

  @Test
  void stoppingEndsLearnAfterTheGroupWithItsStateSaved(@TempDir Path folder) throws Exception {
    List<Problem> problems = BundledProblems.learning(11, 8);
    AtomicReference<OnlineLearner> stopped = new AtomicReference<>();
    LearningListener stopping =
        new LearningListener() {
          @Override
          public void onProblem(RolloutTree tree, LearningProgress progress) {
            stopped.get().stop(Duration.ZERO);
          }
        };
    try (OnlineLearner learner = builder().listener(stopping).checkpoint(folder).build()) {
      stopped.set(learner);
      LearningReport report = learner.learn(problems);
      assertThat(report.end()).isEqualTo(LearningEnd.STOPPED);
      assertThat(report.progress().problems()).isEqualTo(4);
      assertThatThrownBy(() -> learner.submit(problems.get(5)))
          .isInstanceOf(FlowClosedException.class);
      assertThat(learner.learn(problems).end()).isEqualTo(LearningEnd.STOPPED);
    }
    try (OnlineLearner learner = builder().checkpoint(folder).resume(true).build()) {
      assertThat(learner.progress().problems()).isEqualTo(4);
      assertThat(learner.learn(problems).progress().problems()).isEqualTo(8);
    }
  }

  @Test
  void anInterruptEndsLearnWithItsStateSaved(@TempDir Path folder) {
    List<Problem> problems = BundledProblems.learning(12, 12);
    Thread caller = Thread.currentThread();
    LearningListener interrupting =
        new LearningListener() {
          @Override
          public void onProblem(RolloutTree tree, LearningProgress progress) {
            if (progress.problems() == 8) {
              caller.interrupt();
            }
          }
        };
    LearningProgress before;
    try (OnlineLearner learner = builder().listener(interrupting).checkpoint(folder).build()) {
      LearningReport report = learner.learn(problems);
      assertThat(report.end()).isEqualTo(LearningEnd.INTERRUPTED);
      assertThat(Thread.interrupted()).isTrue();
      before = report.progress();
      assertThat(before.problems()).isEqualTo(8);
    }
    try (OnlineLearner learner = builder().checkpoint(folder).resume(true).build()) {
      assertThat(learner.progress()).isEqualTo(before);
    }
  }

  /** The verifier hangs: what is broken off does not count, and comes again. */
  @Test
  void closingBreaksOffTheGroupUnderWay(@TempDir Path folder) throws Exception {
    List<Problem> problems = BundledProblems.learning(13, 8);
    CountDownLatch hangs = new CountDownLatch(1);
    Verifier hanging =
        attempt -> {
          if (attempt.problem().id().equals(problems.get(5).id())) {
            hangs.countDown();
            while (!Thread.currentThread().isInterrupted()) {
              LockSupport.park();
            }
          }
          return BundledProblems.VERIFIER.verify(attempt);
        };
    LearnerOptions options =
        OPTIONS.toBuilder().rollouts(r -> r.verifierTimeLimit(Duration.ofHours(1))).build();
    OnlineLearner learner = builder().options(options).verifier(hanging).checkpoint(folder).build();
    CompletableFuture<LearningReport> report =
        CompletableFuture.supplyAsync(() -> learner.learn(problems));
    hangs.await();
    CompletableFuture<ProblemOutcome> waiting =
        learner.submit(BundledProblems.learning(14, 1).get(0));
    learner.close();
    assertThat(report.get().end()).isEqualTo(LearningEnd.STOPPED);
    assertThat(report.get().progress().problems()).isEqualTo(4);
    assertThatThrownBy(waiting::get).hasCauseInstanceOf(FlowClosedException.class);
    assertThatThrownBy(() -> learner.learn(problems)).isInstanceOf(FlowClosedException.class);
    assertThatThrownBy(() -> learner.save(folder)).isInstanceOf(FlowClosedException.class);
    learner.close();
    try (OnlineLearner next = builder().options(options).checkpoint(folder).resume(true).build()) {
      assertThat(next.learn(problems).progress().problems()).isEqualTo(8);
    }
  }

  @Test
  void problemsThatCannotBeUsedArePassedOver() throws Exception {
    List<Problem> problems = new ArrayList<>(BundledProblems.learning(15, 8));
    Problem endless = Problem.of("How many? ".repeat(2_000), "1");
    Problem cursed = Problem.builder("What is 2 + 2?").answer("4").id("cursed").build();
    problems.add(2, endless);
    problems.add(5, cursed);
    RolloutSampler failing =
        request -> {
          if (request.problems().contains(cursed)) {
            throw new IllegalStateException("not this one");
          }
          return RolloutSampler.tree().sample(request);
        };
    Set<String> reported = new HashSet<>();
    LearningListener listener =
        new LearningListener() {
          @Override
          public void onPassedOver(Problem problem, Throwable failure) {
            reported.add(problem.id());
          }
        };
    try (OnlineLearner learner = builder().sampler(failing).listener(listener).build()) {
      LearningProgress progress = learner.learn(problems).progress();
      assertThat(progress.problems()).isEqualTo(8);
      assertThat(progress.passedOver()).isEqualTo(2);
      assertThat(reported).containsExactlyInAnyOrder(endless.id(), "cursed");
      ProblemOutcome outcome =
          learner.submit(Problem.of("How many more? ".repeat(2_000), "1")).get();
      assertThat(outcome.status()).isEqualTo(Status.PASSED_OVER);
      assertThat(outcome.failure().orElseThrow()).isInstanceOf(InvalidInputException.class);
      assertThat(learner.progress().passedOver()).isEqualTo(3);
    }
  }

  @Test
  void aSamplerThatAlwaysFailsEndsTheRun() {
    RolloutSampler failing =
        request -> {
          throw new IllegalStateException("out of order");
        };
    try (OnlineLearner learner = builder().sampler(failing).build()) {
      assertThatThrownBy(() -> learner.learn(BundledProblems.learning(16, 64)))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("32 problems failed one after the other")
          .hasMessageContaining("out of order");
    }
  }

  /** The state stays that of the group before: a listener may keep files of its own beside it. */
  @Test
  void aListenerThatThrowsEndsLearnAfterItsGroup(@TempDir Path folder) {
    List<Problem> problems = BundledProblems.learning(17, 12);
    LearningListener throwing =
        new LearningListener() {
          @Override
          public void onProblem(RolloutTree tree, LearningProgress progress) {
            if (progress.problems() == 6) {
              throw new IllegalStateException("seen enough");
            }
          }
        };
    LearnerOptions options = OPTIONS.toBuilder().checkpointEveryProblems(4).build();
    try (OnlineLearner learner =
        builder().options(options).listener(throwing).checkpoint(folder).build()) {
      assertThatThrownBy(() -> learner.learn(problems)).hasMessage("seen enough");
      assertThat(learner.progress().problems()).isEqualTo(8);
    }
    try (OnlineLearner learner =
        builder().options(options).checkpoint(folder).resume(true).build()) {
      assertThat(learner.progress().problems()).isEqualTo(4);
    }
  }

  @Test
  void aServedSolutionIsTheOriginalPathOfItsTree() throws Exception {
    Problem problem = BundledProblems.learning(18, 1).get(0);
    Solution served = flow.solve(problem);
    List<String> judged = new ArrayList<>();
    Verifier remembering =
        attempt -> {
          synchronized (judged) {
            judged.add(attempt.answer());
          }
          return BundledProblems.VERIFIER.verify(attempt);
        };
    try (OnlineLearner learner = builder().verifier(remembering).build()) {
      ProblemOutcome outcome = learner.feedback(served, Verdict.of(true)).get();
      RolloutTree tree = outcome.tree().orElseThrow();
      assertThat(tree.original().verdict()).isEqualTo(Verdict.of(true));
      assertThat(tree.original().answer().chunks())
          .extracting(chunk -> chunk.tokens())
          .isEqualTo(served.chunks().stream().map(chunk -> chunk.tokens()).toList());
      assertThat(outcome.solution().orElseThrow().chunks()).isEqualTo(served.chunks());
      assertThat(tree.nodes()).hasSize(served.chunks().size());
      int alternatives = tree.nodes().stream().mapToInt(n -> n.alternatives().size()).sum();
      int flipped = tree.nodes().stream().mapToInt(n -> n.flipped().isPresent() ? 1 : 0).sum();
      assertThat(alternatives).isPositive();
      assertThat(judged).hasSize(alternatives + flipped);
      assertThat(learner.feedback(served, Verdict.of(true)).get().status()).isEqualTo(Status.KNOWN);
    }
  }

  /** The same rollouts as those of a problem whose original path the learner wrote itself. */
  @Test
  void feedbackExploresWhatLearningWouldHave() throws Exception {
    Problem problem = BundledProblems.learning(19, 1).get(0);
    ProblemOutcome own;
    try (OnlineLearner learner = builder().build()) {
      own = learner.submit(problem).get();
    }
    try (Flow other = Flow.builder().seed(3).build();
        OnlineLearner learner =
            other.learner().verifier(BundledProblems.VERIFIER).options(OPTIONS).build()) {
      Solution solution = own.solution().orElseThrow();
      ProblemOutcome fed =
          learner.feedback(solution, own.tree().orElseThrow().original().verdict()).get();
      assertThat(texts(fed)).isEqualTo(texts(own));
      assertThat(fed.pairs()).isEqualTo(own.pairs());
    }
  }

  private static List<String> texts(ProblemOutcome outcome) {
    List<String> texts = new ArrayList<>();
    outcome
        .tree()
        .orElseThrow()
        .nodes()
        .forEach(
            node -> {
              node.alternatives().forEach(branch -> texts.add(branch.text()));
              node.flipped().ifPresent(branch -> texts.add("flipped " + branch.text()));
            });
    return texts;
  }

  @Test
  void solutionsOfOtherModelsAreRefused() {
    Problem problem = BundledProblems.learning(20, 1).get(0);
    Solution served = flow.solve(problem);
    Solution changed =
        Solution.builder(problem, "42", served.finishReason(), served.usage())
            .chunks(
                served.chunks().stream()
                    .map(
                        chunk ->
                            SolutionChunk.of(
                                chunk.tokens(),
                                "42",
                                OptionalDouble.of(0),
                                0.5,
                                chunk.endOfSequence()))
                    .toList())
            .build();
    Solution textOnly =
        Solution.builder(problem, "42", served.finishReason(), served.usage()).build();
    try (OnlineLearner learner = builder().build()) {
      Verdict right = Verdict.of(true);
      assertThatThrownBy(() -> learner.feedback(changed, right))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("chunk 0: expected token ids of the engine's model")
          .hasMessageContaining("\"42\"");
      assertThatThrownBy(() -> learner.feedback(textOnly, right))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("without any");
      assertThatThrownBy(() -> learner.feedback(served, Verdict.unknown("no idea")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("a verdict that is known");
    }
  }

  @Test
  void aSecondLearnerOfARoleIsRefused() {
    try (OnlineLearner first = builder().name("first").build()) {
      assertThatThrownBy(() -> builder().name("second").build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("learner \"second\"")
          .hasMessageContaining("\"first\"");
      assertThat(first.progress()).isEqualTo(LearningProgress.NONE);
    }
    builder().name("third").build().close();
  }

  @Test
  void closingTheFlowClosesItsLearner() throws ExecutionException, InterruptedException {
    Flow own = Flow.builder().build();
    OnlineLearner learner =
        own.learner().verifier(BundledProblems.VERIFIER).options(OPTIONS).build();
    learner.submit(BundledProblems.learning(21, 1).get(0)).get();
    own.close();
    assertThatThrownBy(() -> learner.learn(BundledProblems.learning(21, 1)))
        .isInstanceOf(FlowClosedException.class);
  }

  @Test
  void learnAndSubmissionsTakeTurns() throws Exception {
    List<Problem> streamed = BundledProblems.learning(22, 16);
    List<Problem> submitted = BundledProblems.learning(23, 6);
    try (OnlineLearner learner = builder().build()) {
      List<CompletableFuture<ProblemOutcome>> futures = new ArrayList<>();
      Iterator<Problem> more = submitted.iterator();
      Iterable<Problem> feeding =
          () ->
              streamed.stream()
                  .peek(
                      problem -> {
                        if (more.hasNext()) {
                          futures.add(learner.submit(more.next()));
                        }
                      })
                  .iterator();
      learner.learn(feeding);
      for (CompletableFuture<ProblemOutcome> future : futures) {
        future.get();
      }
      assertThat(learner.progress().problems()).isEqualTo(22);
    }
  }

  private OnlineLearner.Builder builder() {
    return flow.learner().verifier(BundledProblems.VERIFIER).options(OPTIONS);
  }
}
