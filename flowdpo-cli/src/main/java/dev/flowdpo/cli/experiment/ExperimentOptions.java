package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.options.RunFolderOptions;
import dev.flowdpo.cli.options.SeedOptions;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.LongStream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every experiment can be told, and what it does with it. Not thread-safe. */
final class ExperimentOptions {
  /**
   * The folder of an experiment: {@code runs/} holds what can be resumed; the rest is made anew
   * from these.
   */
  static final RunFolder.Kind FOLDER =
      new RunFolder.Kind(
          "an experiment",
          "experiment.json",
          List.of(
              "runs",
              "tables",
              "plots",
              "report.html",
              "trees.jsonl",
              "results.jsonl",
              RunFiles.SETTINGS,
              ComparisonFile.NAME,
              WinRateResult.FILE),
          false); // its runs are locked, and reports of what is done may be made meanwhile

  /** The folder of one whose runs go on where they are to have more problems. */
  static final RunFolder.Kind GROWING = FOLDER.growing(OnlineSettings.PROBLEMS);

  @Mixin private RunFolderOptions out;
  @Mixin private SeedOptions first;
  @Mixin private ProgressOptions progress;

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

  int heldOut() {
    return OptionRange.atLeast(1, "--held-out", heldOut);
  }

  /** Returns the seeds, counted up from the first one. */
  List<Long> seeds() {
    long from = first.seed();
    return LongStream.range(from, from + OptionRange.atLeast(1, "--seeds", seeds)).boxed().toList();
  }

  /**
   * Opens the folder of an experiment.
   *
   * @param kind {@link #FOLDER} or {@link #GROWING}
   * @param name the experiment's name
   * @param settings what must be the same where it is resumed
   * @param otherwise what to do with one that is there where the options do not say
   */
  RunFolder folder(
      RunFolder.Kind kind,
      String name,
      Map<String, String> settings,
      RunFolder.Existing otherwise) {
    OptionRange.atLeast(1, "--parallel", parallel);
    Map<String, String> described = new LinkedHashMap<>();
    described.put("experiment", name);
    described.putAll(settings);
    return out.open(kind, described, otherwise);
  }

  /** Does all runs of an experiment beside each other and shows their progress as one. */
  <T> List<T> run(OutputOptions output, String task, List<? extends ExperimentRun<T>> runs) {
    long work = runs.stream().mapToLong(ExperimentRun::work).sum();
    List<Function<ProgressDisplay, T>> tasks = new ArrayList<>();
    runs.forEach(run -> tasks.add(run::run));
    try (ProgressDisplay display = progress.open(output.err(), task, 0, work)) {
      return new ParallelRuns(parallel, display).run(tasks);
    }
  }

  /** Writes the results and the report into the folder, and prints what they say. */
  void finish(OutputOptions output, RunFolder folder, List<?> results, ExperimentReport report) {
    JsonText.writeLines(folder.file("results.jsonl"), results);
    report.write(folder.path());
    output.report().print(report.summary());
    output.report().println("The report is " + folder.file("report.html"));
    output.report().flush();
    results.forEach(output::result);
  }
}
