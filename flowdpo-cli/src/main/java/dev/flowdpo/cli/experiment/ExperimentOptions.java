package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.CommonOptions;
import dev.flowdpo.cli.JsonText;
import dev.flowdpo.cli.OptionRange;
import dev.flowdpo.cli.ProgressDisplay;
import dev.flowdpo.cli.ProgressOptions;
import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.LongStream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every experiment can be told. Not thread-safe. */
final class ExperimentOptions {
  @Mixin private ProgressOptions progress;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder of the experiment; made where it does not exist.")
  private Path out;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "How many seeds, counted up from --seed; default: ${DEFAULT-VALUE}. Each draws its own"
              + " problems.")
  private int seeds;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      defaultValue = "500",
      description = "How many held-out problems to measure on; default: ${DEFAULT-VALUE}.")
  private int heldOut;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      description = "How many runs beside each other; default: the number of cores.")
  private int parallel = Runtime.getRuntime().availableProcessors();

  @Option(names = "--resume", description = "Go on with the experiment in DIR, or begin it.")
  private boolean resume;

  @Option(names = "--overwrite", description = "Replace the experiment in DIR.")
  private boolean overwrite;

  Path out() {
    return out;
  }

  int heldOut() {
    return OptionRange.atLeast(1, "--held-out", heldOut);
  }

  /** Returns the seeds, counted up from the first one. */
  List<Long> seeds(long first) {
    return LongStream.range(first, first + OptionRange.atLeast(1, "--seeds", seeds))
        .boxed()
        .toList();
  }

  /**
   * Opens the folder of an experiment.
   *
   * @param name the experiment's name
   * @param settings what must be the same where it is resumed
   * @param resumeAnyway whether to resume without being asked to
   */
  ExperimentFolder folder(String name, Map<String, String> settings, boolean resumeAnyway) {
    OptionRange.atLeast(1, "--parallel", parallel);
    if (resume && overwrite) {
      throw new InvalidInputException("expected --resume or --overwrite, found both");
    }
    Map<String, String> described = new LinkedHashMap<>();
    described.put("experiment", name);
    described.putAll(settings);
    return ExperimentFolder.open(
        out,
        described,
        overwrite
            ? ExperimentFolder.Existing.REPLACE
            : resume || resumeAnyway
                ? ExperimentFolder.Existing.RESUME
                : ExperimentFolder.Existing.REFUSE);
  }

  /** Does all runs of an experiment beside each other and shows their progress as one. */
  <T> List<T> run(CommonOptions common, String task, List<? extends ExperimentRun<T>> runs) {
    long work = runs.stream().mapToLong(ExperimentRun::work).sum();
    List<Function<ProgressDisplay, T>> tasks = new ArrayList<>();
    runs.forEach(run -> tasks.add(run::run));
    try (ProgressDisplay display = progress.open(common.err(), task, 0, work)) {
      return new ParallelRuns(parallel, display).run(tasks);
    }
  }

  /** Writes the results and the report into the folder, and prints what they say. */
  void finish(
      CommonOptions common, ExperimentFolder folder, List<?> results, ExperimentReport report) {
    JsonText.writeLines(folder.path().resolve("results.jsonl"), results);
    report.write(folder.path());
    common.report().print(report.summary());
    common.report().println("The report is " + folder.path().resolve("report.html"));
    common.report().flush();
    results.forEach(common::result);
  }
}
