package dev.flowdpo.cli.training;

import dev.flowdpo.cli.evaluation.LearningData;
import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.FlowChoice;
import dev.flowdpo.cli.options.LearningDataOptions;
import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.options.RunFolderOptions;
import dev.flowdpo.cli.options.SeedOptions;
import dev.flowdpo.cli.options.TraceChoice;
import dev.flowdpo.cli.options.TrainerChoice;
import dev.flowdpo.cli.run.RunFiles;
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
      "Traces come from a run of learn (--run), from a file (--traces, --messages), or from solving"
          + " problems now (--problems), by the flow with --adapters or, with --base-samples, by the model"
          + " alone in a single pass. The options of the flow that solves them (--adapters,"
          + " --chunk-size, --max-chunks, --temperature) go with --problems only.",
      "DIR receives traces.jsonl, messages.jsonl (the set as TRL's SFT trainer reads it), answer/"
          + " (PEFT adapter with provenance.json), training.jsonl, training.png and result.json. A"
          + " run that was killed ends the same after --resume.",
      "JSON: {\"collected\",\"correct\",\"traces\",\"incorrect\",\"tooShort\",\"tooLong\","
          + "\"duplicates\",\"surplus\",\"steps\",\"bestStep\",\"validationLossBefore\","
          + "\"validationLoss\",\"heldOutBefore\",\"heldOutAfter\",\"heldOutProblems\",\"seconds\"}"
    })
public final class CompileCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;
  @Mixin private SeedOptions seed;
  @Mixin private EngineOptions model;
  @Mixin private FlowChoice choice;
  @Mixin private LearningDataOptions data;
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
      names = "--messages",
      paramLabel = "FILE.jsonl",
      description =
          "File of conversations, as TRL's SFT trainer reads them: {\"messages\":[…]} a line, whose"
              + " last reply is learned.")
  private Optional<Path> messages = Optional.empty();

  @Option(
      names = "--problems",
      paramLabel = "N",
      description = "How many problems to solve for traces.")
  private Optional<Integer> problems = Optional.empty();

  @Option(
      names = "--base-samples",
      description = "Collect what the model writes by itself in a single pass, not the flow.")
  private boolean baseSamples;

  @Override
  public Integer call() {
    problems.ifPresent(n -> OptionRange.atLeast(1, "--problems", n));
    out.check();
    TraceSource source = source();
    LearningData learningData =
        data.problems(
            seed.seed(), Optional.of(problems.orElse(1)), problems.orElse(1), output.err());
    TrainerOptions options =
        trainer.options(
            trainer.paper(model.isBundled())
                ? TrainerOptions.paper()
                : BundledModel.trainerOptions(),
            seed.seed());
    CompileSettings settings =
        new CompileSettings(seed.seed(), source, choice, filter.options(), options, learningData);
    CompileResult result =
        new CompileRun(model, progress, output.err(), settings)
            .run(() -> out.open(RunFiles.KIND, describe(settings)));
    output.report().println(result.summary());
    output.report().println("Traces, adapter, metrics and chart are in " + out.path());
    output.report().flush();
    output.result(result);
    return 0;
  }

  private TraceSource source() {
    long given = Stream.of(run, traces, messages, problems).filter(Optional::isPresent).count();
    if (given != 1) {
      throw new InvalidInputException(
          "expected one of --run, --traces, --messages and --problems, found "
              + (given == 0 ? "none" : given + " of them"));
    }
    if (baseSamples && (problems.isEmpty() || choice.adapters().isPresent())) {
      throw new InvalidInputException(
          "--base-samples: expected --problems, and no --adapters, as the model alone is to solve"
              + " them");
    }
    if (problems.isEmpty() && !choice.given().isEmpty()) {
      throw new InvalidInputException(
          "%s: expected with --problems only, found beside %s, whose traces are not solved for again;"
                  .formatted(
                      String.join(", ", choice.given()),
                      run.isPresent() ? "--run" : traces.isPresent() ? "--traces" : "--messages")
              + " leave it out");
    }
    if (problems.isPresent()) {
      return new TraceSource(
          Optional.empty(),
          false,
          baseSamples,
          "%s, seed %d, %d problems of %s"
              .formatted(
                  baseSamples ? "base samples" : "flow",
                  seed.seed(),
                  problems.get(),
                  data.source()));
    }
    Path file =
        run.map(folder -> folder.resolve("traces.jsonl"))
            .or(() -> traces)
            .or(() -> messages)
            .orElseThrow();
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file
              + (messages.isPresent()
                  ? ": expected a file of conversations"
                  : ": expected a file of traces")
              + ", found "
              + (Files.exists(file) ? "a folder" : "no such file")
              + (run.isPresent() ? "; --run takes the folder of a run of learn" : ""));
    }
    return new TraceSource(Optional.of(file), messages.isPresent(), false, file.toString());
  }

  /** Returns what must be the same where the run is resumed. */
  private Map<String, String> describe(CompileSettings settings) {
    Map<String, String> described = new LinkedHashMap<>();
    described.put("command", "compile");
    described.put("model", model.choice().description());
    described.put("source", settings.source().description());
    data.describe(described);
    described.put("flow", choice.description());
    described.put("filter", settings.filter().toString());
    described.put("training", settings.training().toString());
    described.put("heldOut", Integer.toString(data.heldOut()));
    return described;
  }
}
