package dev.flowdpo.cli.model;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.options.SeedOptions;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.data.DurableFile;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.tiny.Pretraining;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pretrain}: makes the bundled model again, measures it and writes its card. */
@Command(
    name = "pretrain",
    description = {
      "Makes the bundled model: trains a tokenizer and all weights from random ones on generated word"
          + " problems, measures the result and writes its model card, README.md.",
      "With --model nothing is trained: that model is measured, and DIR receives the card alone.",
      "JSON: {\"parameters\",\"problems\",\"flowAccuracy\",\"singlePassAccuracy\",\"meanChunks\","
          + "\"seconds\"}"
    })
public final class PretrainCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;
  @Mixin private SeedOptions seed;
  @Mixin private ProgressOptions progress;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Train nothing, and measure the model in this folder.")
  private Optional<Path> model = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "The model folder; a model in it is replaced.")
  private Path out;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many held-out problems to measure on; default: ${DEFAULT-VALUE}.")
  private int heldOut;

  @Option(
      names = "--share",
      paramLabel = "S",
      defaultValue = "1",
      description =
          "Train only this share of every stage's steps, above 0 and at most 1, to try the command"
              + " out; default: ${DEFAULT-VALUE}.")
  private double share;

  /** The figures that the command prints. */
  record Result(
      long parameters,
      int problems,
      double flowAccuracy,
      double singlePassAccuracy,
      double meanChunks,
      double seconds) {}

  @Override
  public Integer call() {
    OptionRange.atLeast(1, "--held-out", heldOut);
    if (!(share > 0 && share <= 1)) {
      throw new InvalidInputException(
          "--share: expected a number above 0 and at most 1, found " + share);
    }
    long begin = System.nanoTime();
    List<Pretraining.Stage> stages =
        Pretraining.bundledStages().stream().map(this::shortened).toList();
    if (model.isEmpty()) {
      train(stages);
    }
    Path measured = model.orElse(out);
    ModelMeasurement measurement = measure(measured);
    ModelConfig config = ModelConfig.read(measured.resolve(Checkpoint.CONFIG_FILE));
    FlowTemplates templates = FlowTemplates.read(measured);
    writeCard(ModelCard.text(config, templates, stages, seed.seed(), measurement));
    print(config, measurement, (System.nanoTime() - begin) / 1e9);
    return 0;
  }

  private Pretraining.Stage shortened(Pretraining.Stage stage) {
    int steps = (int) Math.ceil(share * stage.steps());
    return new Pretraining.Stage(
        stage.name(), stage.mix(), steps, stage.learningRate(), stage.decayShare());
  }

  private void train(List<Pretraining.Stage> stages) {
    int steps = stages.stream().mapToInt(Pretraining.Stage::steps).sum();
    try (ProgressDisplay display = progress.open(output.err(), "pretrain", 0, steps)) {
      PretrainingWatch watch = new PretrainingWatch(display);
      new Pretraining(stages, seed.seed(), watch).run(out);
    }
  }

  private ModelMeasurement measure(Path folder) {
    try (Flow flow = Flow.builder().model(folder).seed(seed.seed()).build();
        ProgressDisplay display = progress.open(output.err(), "measure", 0, 2L * heldOut)) {
      return ModelMeasurement.of(flow, heldOut, display);
    }
  }

  private void writeCard(String card) {
    try {
      Files.createDirectories(out);
      DurableFile.replace(out.resolve("README.md"), card);
    } catch (IOException e) {
      throw new UncheckedIOException(
          out + ": the model card cannot be written: " + e.getMessage(), e);
    }
  }

  private void print(ModelConfig config, ModelMeasurement measurement, double seconds) {
    Result result =
        new Result(
            config.parameters(),
            heldOut,
            measurement.flow().accuracy(),
            measurement.singlePass().accuracy(),
            measurement.flow().meanChunks(),
            seconds);
    output
        .report()
        .printf(
            "%,d parameters; on %d held-out problems flow %.1f %%, single pass %.1f %%; %.0f s%n",
            result.parameters(),
            result.problems(),
            100 * result.flowAccuracy(),
            100 * result.singlePassAccuracy(),
            result.seconds());
    output.report().println("The model card is " + out.resolve("README.md"));
    output.report().flush();
    output.result(result);
  }
}
