package dev.flowdpo.scripted;

import dev.flowdpo.learning.LearningEnd;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.ProblemOutcome;
import dev.flowdpo.learning.ProgressiveValidation;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.PreferenceTokens;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.spi.LearnerSetup;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A learner that goes the whole way of the data through every seam of its setup, one problem and
 * one pair at a time, and has nothing to update. Its log-probabilities are −1 per token under the
 * policy and 0 under the reference.
 */
public final class StubLearner implements OnlineLearner, PreferenceTokens {
  private final LearnerSetup setup;
  private final VerifierGuard guard;
  private final List<Boolean> outcomes = new ArrayList<>();
  private LearningProgress progress = LearningProgress.NONE;
  private int updates;

  public StubLearner(LearnerSetup setup) {
    this.setup = setup;
    this.guard =
        new VerifierGuard(setup.verifier(), setup.options().rollouts().verifierTimeLimit());
  }

  @Override
  public LearningReport learn(Iterable<Problem> problems) {
    for (Problem problem : problems) {
      RolloutRequest request =
          RolloutRequest.builder(List.of(problem), setup.policy(), setup.judge(), guard)
              .options(setup.flow())
              .rolloutsPerNode(setup.options().rollouts().rolloutsPerNode())
              .seed(setup.options().seed())
              .build();
      learn(setup.sampler().sample(request).get(0));
    }
    return LearningReport.of(progress, validation(), Duration.ZERO, LearningEnd.FINISHED);
  }

  @Override
  public LearningReport learn(String stream, Iterable<Problem> problems) {
    return learn(problems);
  }

  @Override
  public CompletableFuture<ProblemOutcome> submit(Problem problem) {
    learn(List.of(problem));
    return CompletableFuture.completedFuture(ProblemOutcome.known(problem));
  }

  @Override
  public CompletableFuture<ProblemOutcome> feedback(Solution solution, Verdict verdict) {
    return submit(solution.problem());
  }

  @Override
  public boolean hasSeen(String problemId) {
    return false;
  }

  @Override
  public boolean forget(String problemId) {
    return false;
  }

  @Override
  public void pause() {}

  @Override
  public void resume() {}

  @Override
  public boolean stop(Duration limit) {
    return true;
  }

  private void learn(RolloutTree tree) {
    outcomes.add(tree.original().verdict().isCorrect());
    List<PreferencePair> found = setup.pairRule().pairs(tree, this);
    progress =
        LearningProgress.builder()
            .problems(progress.problems() + 1)
            .answers(validation().accuracy(), 0, 0)
            .verifierFailures(guard.failures() + guard.timeouts())
            .build();
    setup.listener().onProblem(tree, progress);
    if (!found.isEmpty()) {
      setup.listener().onPairs(found);
    }
    found.forEach(this::update);
  }

  private ProgressiveValidation validation() {
    return ProgressiveValidation.of(outcomes);
  }

  private void update(PreferencePair pair) {
    int chosen = pair.chosen().tokens().length();
    int rejected = pair.rejected().tokens().length();
    double loss =
        setup
            .objective()
            .evaluate(new LogProbabilitySums(-chosen, -rejected, 0, 0, chosen, rejected))
            .loss();
    setup
        .listener()
        .onUpdate(
            UpdateMetrics.builder(pair.role(), ++updates, 1)
                .loss(loss)
                .logps(-chosen, -rejected)
                .build());
  }

  @Override
  public LearningProgress progress() {
    return progress;
  }

  @Override
  public void save(Path folder) {}

  @Override
  public void close() {
    guard.close();
  }

  @Override
  public TokenIds answerPrompt(PartialAnswer prefix) {
    return prefix.contentTokens();
  }

  @Override
  public TokenIds stopPrompt(PartialAnswer output) {
    return output.contentTokens();
  }

  @Override
  public TokenIds stopDecision(boolean stop) {
    return Chunks.ids(stop ? "Y" : "N");
  }
}
