package dev.flowdpo.cli.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.rollout.RolloutTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * How long a run has learned, over all the processes that went on with it: the time up to each
 * checkpoint is kept beside it, so that what a kill cost is not counted. Not thread-safe.
 */
final class LearningClock implements LearningListener {
  private static final String PROBLEMS = "problems";
  private static final String SECONDS = "learningSeconds";

  private final Path file;
  private final double before;
  private final long begin = System.nanoTime();
  private int problems;

  private LearningClock(Path file, int problems, double before) {
    this.file = file;
    this.problems = problems;
    this.before = before;
  }

  /**
   * Begins to count, from what was kept at a checkpoint.
   *
   * @param problems how many problems the checkpoint has seen; where the file is of another one,
   *     earlier time is unknown and counts as none
   */
  static LearningClock goOn(Path file, int problems) {
    if (problems == 0 || Files.notExists(file)) {
      return new LearningClock(file, problems, 0);
    }
    JsonNode kept = JsonText.object(file.toString(), JsonText.read(file));
    boolean same = kept.path(PROBLEMS).asInt(-1) == problems;
    return new LearningClock(file, problems, same ? kept.path(SECONDS).asDouble() : 0);
  }

  double seconds() {
    return before + (System.nanoTime() - begin) / 1e9;
  }

  @Override
  public void onProblem(RolloutTree tree, LearningProgress progress) {
    problems = progress.problems();
  }

  @Override
  public void onCheckpoint(Path checkpoint) {
    JsonText.write(file, Map.of(PROBLEMS, problems, SECONDS, seconds()));
  }
}
