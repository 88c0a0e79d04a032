package dev.flowdpo.cli;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.training.TrainerOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code compile}: fine-tunes a fresh adapter on correct traces, for a single pass. */
@Command(
    name = "compile",
    description = {
      "Collects correct traces and fine-tunes a fresh Answer adapter on them, so that a single pass"
          + " answers as well as the flow; measures the single pass before and after.",
      "Traces come from a run of learn (--run), from a file (--traces), or from solving problems"
          + " now (--problems), by the flow with --adapters or, with --base-samples, by the model"
          + " alone in a single pass.",
      "DIR receives traces.jsonl, messages.jsonl (the set as TRL's SFT trainer reads it), answer/"
          + " (PEFT adapter with provenance.json), training.jsonl, training.png and result.json. A"
          + " run that was killed ends the same after --resume.",
      "JSON: {\"collected\",\"correct\",\"traces\",\"incorrect\",\"tooShort\",\"tooLong\","
          + "\"duplicates\",\"surplus\",\"steps\",\"bestStep\",\"validationLossBefore\","
          + "\"validationLoss\",\"heldOutBefore\",\"heldOutAfter\",\"heldOutProblems\",\"seconds\"}"
    })
final class CompileCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private FlowChoice choice;
  @Mixin private DataOptions dataOptions;
  @Mixin private TraceChoice filter;
  @Mixin private TrainerChoice trainer;
  @Mixin private RunFolderOptions out;
  @Mixin private ProgressOptions progress;

  @Option(
      names = "--run",
      paramLabel = "FOLDER",
      description = "Folder of a run of learn, whose correct traces are taken.")
  private Optional<Path> run = Optional.empty();

  @Option(names = "--traces", paramLabel = "FILE.jsonl", description = "File of traces.")
  private Optional<Path> traces = Optional.empty();

  @Option(
      names = "--problems",
      paramLabel = "N",
      description = "How many problems to solve for traces.")
  private Optional<Integer> problems = Optional.empty();

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "Problems to solve, in the forms that learn takes, and, of the fifth of its questions with the smallest hashes, to"
              + " measure on; default: generated word problems.")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--base-samples",
      description = "Collect what the model writes by itself in a single pass, not the flow.")
  private boolean baseSamples;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      defaultValue = "" + HeldOut.DEFAULT,
      description =
          "How many held-out problems to measure on, greedily, before and after; default:"
              + " ${DEFAULT-VALUE}.")
  private int heldOut;

  @Override
  public Integer call() {
    OptionRange.atLeast(1, "--held-out", heldOut);
    problems.ifPresent(n -> OptionRange.atLeast(1, "--problems", n));
    dataOptions.check();
    out.check();
    TraceSource source = source();
    LearningData learningData = learningData();
    TrainerOptions options =
        trainer.options(
            trainer.paper(common.model().isEmpty())
                ? TrainerOptions.paper()
                : BundledModel.trainerOptions(),
            common.seed());
    CompileSettings settings =
        new CompileSettings(source, choice, filter.options(), options, learningData);
    RunFolder folder = out.open(describe(settings));
    CompileResult result = new CompileRun(common, progress, folder, settings).run();
    common.report().println(result.summary());
    common.report().println("Traces, adapter, metrics and chart are in " + out.path());
    common.report().flush();
    common.result(result);
    return 0;
  }

  private TraceSource source() {
    long given = Stream.of(run, traces, problems).filter(Optional::isPresent).count();
    if (given != 1) {
      throw new InvalidInputException(
          "expected one of --run, --traces and --problems, found "
              + (given == 0 ? "none" : given + " of them"));
    }
    if (baseSamples && (problems.isEmpty() || choice.adapters().isPresent())) {
      throw new InvalidInputException(
          "--base-samples: expected --problems, and no --adapters, as the model alone is to solve"
              + " them");
    }
    if (problems.isPresent()) {
      return new TraceSource(
          Optional.empty(),
          baseSamples,
          "%s, seed %d, %d problems of %s"
              .formatted(
                  baseSamples ? "base samples" : "flow",
                  common.seed(),
                  problems.get(),
                  data.map(Path::toString).orElse("generated")));
    }
    Path file = run.map(folder -> folder.resolve("traces.jsonl")).or(() -> traces).orElseThrow();
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file
              + ": expected a file of traces, found "
              + (Files.exists(file) ? "a folder" : "no such file")
              + (run.isPresent() ? "; --run takes the folder of a run of learn" : ""));
    }
    return new TraceSource(Optional.of(file), false, file.toString());
  }

  private LearningData learningData() {
    if (data.isEmpty()) {
      dataOptions.refuseWithoutFile(false);
    }
    int count = problems.orElse(1);
    LearningData found =
        data.isPresent()
            ? LearningData.ofFile(data.get(), dataOptions.dataset(data.get()), count, heldOut)
            : LearningData.builtIn(common.seed(), count, heldOut);
    if (found.problems().size() < count) {
      common
          .err()
          .printf(
              "%s has %d problems beside the held-out ones, fewer than --problems %d%n",
              data.orElseThrow(), found.problems().size(), count);
    }
    return found;
  }

  /** Returns what must be the same where the run is resumed. */
  private Map<String, String> describe(CompileSettings settings) {
    Map<String, String> described = new LinkedHashMap<>();
    described.put("command", "compile");
    described.put("model", common.modelChoice().description());
    described.put("source", settings.source().description());
    described.put("data", data.map(Path::toString).orElse("generated"));
    dataOptions.describe(described);
    described.put("flow", choice.description());
    described.put("filter", settings.filter().toString());
    described.put("training", settings.training().toString());
    described.put("heldOut", Integer.toString(heldOut));
    return described;
  }
}
