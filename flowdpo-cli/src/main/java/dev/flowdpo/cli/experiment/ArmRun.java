package dev.flowdpo.cli.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.Lists;
import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.cli.evaluation.SinglePass;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One arm with one seed in a folder of its own: progressive validation over the seed's problems,
 * then the held-out problems, greedily. A run that is done is read, one that was killed goes on,
 * and so does one that is to have more problems than it had.
 */
final class ArmRun implements ExperimentRun<ArmResult> {
  private static final int LAST_UPDATES = 20;

  private static final Pattern CHECKPOINT_NAME = Pattern.compile("problems-(\\d{1,9})(-again)?");

  private final Arm arm;
  private final long seed;
  private final OnlineSettings settings;
  private final Path experiment;
  private final Path folder;

  ArmRun(Arm arm, long seed, OnlineSettings settings, Path experiment) {
    this.arm = arm;
    this.seed = seed;
    this.settings = settings;
    this.experiment = experiment;
    this.folder = folder(experiment, arm, seed);
  }

  /**
   * Returns the runs of these arms with these seeds.
   *
   * @param doneOnly whether those are left away that are not done
   * @throws InvalidInputException if none is left
   */
  static List<ArmRun> of(
      List<Arm> arms,
      List<Long> seeds,
      OnlineSettings settings,
      Path experiment,
      boolean doneOnly) {
    List<ArmRun> runs =
        seeds.stream()
            .flatMap(seed -> arms.stream().map(arm -> new ArmRun(arm, seed, settings, experiment)))
            .filter(run -> !doneOnly || run.isDone())
            .toList();
    if (runs.isEmpty()) {
      throw new InvalidInputException(
          experiment + ": expected runs that are done, found none; leave out --report-only");
    }
    return runs;
  }

  Arm arm() {
    return arm;
  }

  /** Says whether an earlier run left the result of all problems. */
  boolean isDone() {
    return doneBefore().isPresent();
  }

  private Optional<ArmResult> doneBefore() {
    return new ResultFile(folder).read(ArmResult.class).filter(this::isWhole);
  }

  /** A run over fewer problems goes on, as does one that was held to a shorter time. */
  private boolean isWhole(ArmResult result) {
    return arm == Arm.SUPERVISED_AS_LONG
        ? secondsOfMethod().filter(seconds -> result.learningSeconds() >= seconds).isPresent()
        : result.outcomes().length() >= settings.problems();
  }

  /** Returns what the display counts: problems learned from and problems measured on. */
  @Override
  public long work() {
    return (long) settings.problems() + settings.heldOut();
  }

  /** Returns the folder of an arm's run within an experiment's. */
  static Path folder(Path experiment, Arm arm, long seed) {
    return experiment.resolve("runs").resolve(arm.folder()).resolve("seed-" + seed);
  }

  @Override
  public ArmResult run(ProgressDisplay display) {
    Optional<ArmResult> before = doneBefore();
    if (before.isPresent()) {
      display.update(work(), "done before");
      return before.get();
    }
    return new ResultFile(folder).keep(() -> measure(display));
  }

  private ArmResult measure(ProgressDisplay display) {
    long begin = System.nanoTime();
    try (Flow flow = settings.flow(settings.open(), seed)) {
      LearningProgress progress = LearningProgress.NONE;
      List<ProblemLog.Row> rows;
      int before = progressBefore();
      LearningClock clock = LearningClock.goOn(folder.resolve("time.json"), before);
      if (arm == Arm.SINGLE_PASS) {
        rows = solve(SinglePass.of(flow), display);
      } else {
        try (ProblemLog log = ProblemLog.open(problemsFile(), before)) {
          progress =
              new ArmLearning(arm, seed, settings, folder, clock)
                  .learn(flow, log, timeLimit(), display);
          rows = log.rows();
        }
      }
      double learningSeconds = clock.seconds();
      Flow measured = Evaluation.greedy(arm == Arm.SINGLE_PASS ? SinglePass.of(flow) : flow);
      Evaluation heldOut =
          settings.evaluate(measured, new ShiftedDisplay(display, settings.problems()));
      return result(progress, rows, heldOut, learningSeconds, (System.nanoTime() - begin) / 1e9);
    }
  }

  private Path problemsFile() {
    return folder.resolve("problems.jsonl");
  }

  /** Returns how many problems the checkpoint has seen, without opening it. */
  private int progressBefore() {
    Path latest = folder.resolve(RunFiles.CHECKPOINT).resolve("latest");
    if (Files.notExists(latest)) {
      return 0;
    }
    String name = JsonText.read(latest).strip();
    Matcher problems = CHECKPOINT_NAME.matcher(name);
    if (!problems.matches()) {
      throw new InvalidInputException(
          latest + ": expected the name of a checkpoint, problems-N, found \"" + name + "\"");
    }
    return Integer.parseInt(problems.group(1));
  }

  private List<ProblemLog.Row> solve(Flow flow, ProgressDisplay display) {
    Verifier verifier = settings.set().verifier();
    try (ProblemLog log = ProblemLog.open(problemsFile(), 0)) {
      List<Problem> problems = settings.problemsOf(seed);
      for (List<Problem> batch :
          Lists.partition(problems, settings.learner().rollouts().problemsPerGroup())) {
        for (Solution solution : flow.solveAll(batch)) {
          boolean right = verifier.verify(Attempt.of(solution)).isCorrect();
          log.add(
              new ProblemLog.Row(
                  right, solution.chunks().size(), !solution.finalAnswer().isEmpty()));
        }
        display.update(log.rows().size(), "");
      }
      return log.rows();
    }
  }

  /** Returns how long the method learned with this seed, where it is done. */
  private Optional<Double> secondsOfMethod() {
    return new ArmRun(Arm.DPO, seed, settings, experiment)
        .doneBefore()
        .map(ArmResult::learningSeconds);
  }

  /** Returns how long this arm may learn; most learn from all problems however long it takes. */
  private double timeLimit() {
    return arm != Arm.SUPERVISED_AS_LONG
        ? Double.POSITIVE_INFINITY
        : secondsOfMethod()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "%s: expected the run of %s with seed %d to be done, whose time it takes, found none; name that arm first, with --parallel 1"
                            .formatted(arm.folder(), Arm.DPO.folder(), seed)));
  }

  private ArmResult result(
      LearningProgress progress,
      List<ProblemLog.Row> rows,
      Evaluation heldOut,
      double learningSeconds,
      double seconds) {
    List<ProblemLog.Row> last =
        rows.subList(Math.max(0, rows.size() - ArmResult.LAST), rows.size());
    return new ArmResult(
        arm.folder(),
        seed,
        ArmResult.outcomes(rows.stream().map(ProblemLog.Row::correct).toList()),
        heldOut.accuracy(),
        heldOut.problems(),
        ArmResult.outcomes(heldOut.outcomes()),
        settings.set() instanceof Distribution ? ArmResult.mistakes(heldOut) : Map.of(),
        heldOut.meanChunks(),
        last.stream().mapToInt(ProblemLog.Row::chunks).average().orElse(0),
        last.stream().mapToInt(row -> row.answered() ? 0 : 1).average().orElse(0),
        progress.answerPairs(),
        progress.stopPairs(),
        progress.answerUpdates(),
        progress.stopUpdates(),
        chosenReward(),
        progress.undecidedStops(),
        progress.nodes(),
        progress.nodesWithoutContrast(),
        learningSeconds,
        seconds);
  }

  /** Returns the mean over the last updates of the Answer adapter. */
  private double chosenReward() {
    Path file = folder.resolve(RunFiles.METRICS);
    if (Files.notExists(file)) {
      return 0;
    }
    Deque<Double> last = new ArrayDeque<>();
    for (String line : JsonText.read(file).lines().toList()) {
      JsonNode row = JsonText.object(file.toString(), line);
      if (row.path("role").asText().equals("answer")) {
        last.addLast(row.path("rewards/chosen").asDouble());
        if (last.size() > LAST_UPDATES) {
          last.removeFirst();
        }
      }
    }
    return last.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }
}
