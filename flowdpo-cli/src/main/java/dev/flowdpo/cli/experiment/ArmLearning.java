package dev.flowdpo.cli.experiment;

import com.google.common.collect.Lists;
import dev.flowdpo.Flow;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.cli.report.TreeCollector;
import dev.flowdpo.cli.run.MetricsFile;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.runtime.data.FileSeals;
import dev.flowdpo.value.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The learning part of one arm with one seed: the learner that the arm wants, with all that it
 * leaves in the run's folder. For one thread, once.
 */
final class ArmLearning {
  /** A bound for an arm that is held to a time and not to a number of problems. */
  private static final int MOST_TIMES_AS_MANY = 20;

  private final Arm arm;
  private final long seed;
  private final OnlineSettings settings;
  private final Path folder;
  private final LearningClock clock;

  ArmLearning(Arm arm, long seed, OnlineSettings settings, Path folder, LearningClock clock) {
    this.arm = arm;
    this.seed = seed;
    this.settings = settings;
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * Learns from the seed's problems, or goes on where the run was.
   *
   * @param log of the problems before, and of what comes
   * @param timeLimit in seconds; where it is finite, there may be more problems than asked for
   */
  LearningProgress learn(Flow flow, ProblemLog log, double timeLimit, ProgressDisplay display) {
    int before = log.rows().size();
    if (arm == Arm.OFFLINE && before > 0 && before < settings.problems()) {
      throw new InvalidInputException(
          "%s: expected %d problems, as it began with, found %d; its rollouts all come before its updates, so leave that arm out or choose another folder"
              .formatted(folder, before, settings.problems()));
    }
    LearnerOptions options =
        arm.options(settings.learner()).toBuilder()
            .seed(seed)
            .rollouts(
                rollouts ->
                    rollouts.problemsPerGroup(
                        arm == Arm.OFFLINE
                            ? settings.problems()
                            : settings.learner().rollouts().problemsPerGroup()))
            .build();
    ArmWatch watch = new ArmWatch(log, display);
    Seals seals = new Seals();
    TreeCollector trees = TreeFiles.collector(folder.resolve("trees"), seed, settings.problems());
    Path checkpoint = folder.resolve(RunFiles.CHECKPOINT);
    boolean resume = Files.exists(checkpoint.resolve("latest"));
    try (OnlineLearner learner =
            flow.learner()
                .verifier(settings.set().verifier())
                .objective(arm.objective(settings))
                .pairs(arm.pairRule(settings))
                .sampler(sampler())
                .options(options)
                .listener(watch)
                .listener(trees)
                .listener(seals)
                .listener(clock)
                .checkpoint(checkpoint)
                .resume(resume)
                .build();
        MetricsFile metrics = metrics(seals, learner.progress())) {
      watch.writeTo(metrics);
      seals.onCheckpoint(checkpoint); // of what was not cut off, where the run goes on
      LearningProgress progress =
          Double.isFinite(timeLimit)
              ? learnAsLong(learner, timeLimit)
              : learner.learn(settings.problemsOf(seed)).progress();
      trees.finish();
      if (options.updates().enabled()) {
        learner.save(folder);
      }
      return progress;
    }
  }

  /** Learns for so many seconds, a group at a time. */
  private LearningProgress learnAsLong(OnlineLearner learner, double seconds) {
    List<Problem> problems =
        settings.set().learning(seed, MOST_TIMES_AS_MANY * settings.problems());
    for (List<Problem> group :
        Lists.partition(problems, settings.learner().rollouts().problemsPerGroup())) {
      if (clock.seconds() >= seconds) {
        break;
      }
      var unused = learner.learn(group);
    }
    return learner.progress();
  }

  /** Offline all rollouts come before the first update; in parts, for their memory. */
  private RolloutSampler sampler() {
    return arm == Arm.OFFLINE
        ? new PartitionedSampler(
            RolloutSampler.tree(), settings.learner().rollouts().problemsPerGroup())
        : RolloutSampler.tree();
  }

  /**
   * Opens the file whose lines grow beside the checkpoints, and checks it where the run goes on.
   */
  private MetricsFile metrics(Seals seals, LearningProgress from) {
    Path metrics = folder.resolve(RunFiles.METRICS);
    seals.open(folder.resolve(RunFiles.SEALS), metrics, from);
    return MetricsFile.open(metrics, from);
  }

  /** Seals the metrics with every checkpoint. */
  private static final class Seals implements LearningListener {
    private Optional<FileSeals> seals = Optional.empty();

    void open(Path file, Path metrics, LearningProgress from) {
      seals = Optional.of(FileSeals.resume(file, List.of(metrics), from.problems()));
    }

    @Override
    public void onCheckpoint(Path checkpoint) {
      seals.ifPresent(FileSeals::save);
    }
  }
}
