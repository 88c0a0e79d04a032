package dev.flowdpo.cli.learning;

import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.cli.run.MetricsFile;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import java.util.List;

/** Shows how learning goes and writes its metrics and pairs. Not thread-safe. */
final class LearningWatch implements LearningListener {
  private final MetricsFile metrics;
  private final PairFiles pairs;
  private final ProgressDisplay display;
  private final VerifierFailures failures;
  private LearningProgress progress;
  private int answerPairs;
  private int stopPairs;
  private double margin;

  /** Watches from where the learner stands. */
  LearningWatch(
      MetricsFile metrics,
      PairFiles pairs,
      ProgressDisplay display,
      VerifierFailures failures,
      LearningProgress from) {
    this.metrics = metrics;
    this.pairs = pairs;
    this.display = display;
    this.failures = failures;
    this.progress = from;
    this.answerPairs = from.answerPairs();
    this.stopPairs = from.stopPairs();
  }

  @Override
  public void onProblem(RolloutTree tree, LearningProgress progress) {
    this.progress = progress;
    failures.add(tree);
    show();
  }

  @Override
  public void onPairs(List<PreferencePair> formed) {
    pairs.write(formed);
    for (PreferencePair pair : formed) {
      if (pair.role() == AdapterRole.ANSWER) {
        answerPairs++;
      } else {
        stopPairs++;
      }
    }
    show();
  }

  @Override
  public void onUpdate(UpdateMetrics update) {
    metrics.add(update, progress);
    if (update.role() == AdapterRole.ANSWER) {
      margin = update.rewardsMargin();
    }
    show();
  }

  private void show() {
    display.update(
        progress.problems(),
        "pairs %d+%d acc %.1f%% margin %.2f"
                .formatted(answerPairs, stopPairs, 100 * progress.progressiveAccuracy(), margin)
            + (progress.verifierFailures() == 0
                ? ""
                : " verifier failed %d".formatted(progress.verifierFailures())));
  }
}
