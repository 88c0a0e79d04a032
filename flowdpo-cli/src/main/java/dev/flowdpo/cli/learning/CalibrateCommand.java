package dev.flowdpo.cli.learning;

import dev.flowdpo.Flow;
import dev.flowdpo.StopCalibration;
import dev.flowdpo.cli.evaluation.LearningData;
import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.LearningDataOptions;
import dev.flowdpo.cli.options.LearningPlan;
import dev.flowdpo.cli.options.LearningSettings;
import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.SeedOptions;
import dev.flowdpo.cli.options.StopOptions;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code calibrate}: which stop question tells, and from which probability on. */
@Command(
    name = "calibrate",
    description = {
      "Finds out which of some stop questions tells finished answers from unfinished ones, and from"
          + " which probability on: a remedy where learn reports that the judge cannot tell.",
      "Answers count as finished where the model ended them, so none need be right. What is found"
          + " goes into a file for learn --settings; where no question is reliable it lets the end"
          + " of a text decide meanwhile.",
      "JSON: a line a question, the best first: {\"question\",\"discrimination\",\"threshold\","
          + "\"accuracy\",\"finished\",\"unfinished\",\"reliable\"}"
    })
public final class CalibrateCommand implements Callable<Integer> {
  private static final List<String> QUESTIONS =
      List.of(
          "Is the solution above complete, with its final answer? Reply with Yes or No.",
          "Does the text above end with the final answer? Answer Yes or No.",
          "Has the question been answered in full? Yes or No?",
          "Is the last sentence above finished, with nothing left to say? Yes or No?");

  @Mixin private OutputOptions output;
  @Mixin private SeedOptions seed;
  @Mixin private EngineOptions model;
  @Mixin private LearningSettings settings;
  @Mixin private LearningDataOptions data;

  @Option(
      names = "--problems",
      paramLabel = "N",
      defaultValue = "32",
      description = "How many problems to answer; default: ${DEFAULT-VALUE}.")
  private int problems;

  @Option(
      names = "--question",
      paramLabel = "TEXT",
      description =
          "A question to try beside the model's own; may be repeated; default: four of this"
              + " project's.")
  private List<String> questions = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write what was found to this file, for learn --settings.")
  private Optional<Path> out = Optional.empty();

  /** A question as the command prints it. */
  record Row(
      String question,
      double discrimination,
      double threshold,
      double accuracy,
      int finished,
      int unfinished,
      boolean reliable) {}

  @Override
  public Integer call() {
    OptionRange.atLeast(1, "--problems", problems);
    LearningData found = data.problems(seed.seed(), Optional.of(problems), problems, output.err());
    try (AdapterFlowEngine engine = model.open()) {
      LearningPlan plan = settings.plan(engine).withSeed(seed.seed());
      try (Flow flow = plan.flow(engine)) {
        String own = engine.stopQuestion().orElse("");
        String blanks = own.substring(0, own.length() - own.stripLeading().length());
        tell(
            flow.calibrate(
                found.problems(),
                questions.isEmpty()
                    ? QUESTIONS.stream().map(question -> blanks + question).toList()
                    : questions));
      }
    }
    return 0;
  }

  private void tell(StopCalibration calibration) {
    for (StopCalibration.Candidate each : calibration.candidates()) {
      output
          .report()
          .printf(
              "discrimination %.2f; %.0f %% right from %.3f on; %s%n",
              each.discrimination(),
              100 * each.accuracy(),
              each.threshold(),
              each.question().strip());
    }
    if (!calibration.best().isReliable()) {
      output
          .report()
          .println(
              "No question can be relied on: until the judge has learned, let the end of the text"
                  + " decide ("
                  + StopOptions.MARGIN
                  + " 0.1)");
    }
    out.ifPresent(file -> JsonText.write(file, chosen(calibration)));
    output.report().flush();
    calibration.candidates().forEach(each -> output.result(row(each)));
  }

  private static Row row(StopCalibration.Candidate each) {
    return new Row(
        each.question(),
        each.discrimination(),
        each.threshold(),
        each.accuracy(),
        each.finished(),
        each.unfinished(),
        each.isReliable());
  }

  private static Map<String, Object> chosen(StopCalibration calibration) {
    ModelOptions.Builder builder = ModelOptions.builder();
    calibration.applyTo(builder);
    ModelOptions options = builder.build();
    Map<String, Object> chosen = new LinkedHashMap<>();
    options.stopQuestion().ifPresent(question -> chosen.put(key(StopOptions.QUESTION), question));
    chosen.put(key(StopOptions.THRESHOLD), options.stopThreshold());
    chosen.put(key(StopOptions.MARGIN), options.undecidedMargin());
    return chosen;
  }

  private static String key(String option) {
    return option.substring(2);
  }
}
