package dev.flowdpo.cli.solving;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.cli.evaluation.HeldOut;
import dev.flowdpo.cli.evaluation.SinglePass;
import dev.flowdpo.cli.options.DataOptions;
import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.FlowChoice;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.options.SeedOptions;
import dev.flowdpo.cli.options.StopOptions;
import dev.flowdpo.cli.options.TextConverter;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate}: solves problems whose answers are known and counts the right ones. */
@Command(
    name = "evaluate",
    description = {
      "Measures accuracy on problems with known answers, greedily unless --temperature is given.",
      "An answer is right if it equals the problem's exactly, but for commas between thousands.",
      "JSON: {\"problems\",\"correct\",\"accuracy\",\"meanChunks\",\"seconds\"}"
    })
public final class EvaluateCommand implements Callable<Integer> {
  private static final String BUILT_IN = "builtin";

  @Mixin private OutputOptions output;
  @Mixin private SeedOptions seed;
  @Mixin private EngineOptions model;
  @Mixin private FlowChoice choice;
  @Mixin private StopOptions stop;
  @Mixin private DataOptions dataOptions;
  @Mixin private ProgressOptions progress;

  @Option(
      names = "--data",
      paramLabel = "FILE.jsonl|builtin",
      required = true,
      description =
          "Problems, a JSON object a line or an array of them, in the form of GSM8K, MATH or"
              + " MetaMathQA or with question and answer; or 'builtin', "
              + HeldOut.DEFAULT
              + " held-out word problems of the bundled model.")
  private String data;

  /** How solutions are written. */
  enum Mode {
    FLOW("flow"),
    SINGLE_PASS("single-pass");

    private final String text;

    Mode(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Reads a mode by its text. */
  static final class ModeConverter extends TextConverter<Mode> {
    ModeConverter() {
      super(Mode.values());
    }
  }

  @Option(
      names = "--mode",
      paramLabel = "flow|single-pass",
      required = true,
      converter = ModeConverter.class,
      description =
          "flow: chunk by chunk under the judge; single-pass: one chunk as long as all of them, no"
              + " judge.")
  private Mode mode;

  /** The figures that the command prints. */
  record Result(int problems, int correct, double accuracy, double meanChunks, double seconds) {}

  @Override
  public Integer call() {
    dataOptions.check();
    List<Problem> problems = problems();
    try (Flow flow =
        choice.applyTo(model.flow(seed.seed(), stop).sampling(SamplingOptions.greedy())).build()) {
      Flow chosen = mode == Mode.FLOW ? flow : SinglePass.of(flow);
      long begin = System.nanoTime();
      Evaluation evaluation;
      try (ProgressDisplay display = progress.open(output.err(), "evaluate", 0, problems.size())) {
        evaluation = Evaluation.of(chosen, problems, display);
      }
      print(evaluation, (System.nanoTime() - begin) / 1e9);
    }
    return 0;
  }

  private void print(Evaluation evaluation, double seconds) {
    Result result =
        new Result(
            evaluation.problems(),
            evaluation.correct(),
            evaluation.accuracy(),
            evaluation.meanChunks(),
            seconds);
    output
        .report()
        .printf(
            "%s: %d of %d right, %.1f %%; %.2f chunks each; %.1f s%n",
            mode,
            result.correct(),
            result.problems(),
            100 * result.accuracy(),
            result.meanChunks(),
            result.seconds());
    output.result(result);
  }

  private List<Problem> problems() {
    if (data.equals(BUILT_IN)) {
      dataOptions.refuseWithoutFile(true);
      return HeldOut.builtIn(dataOptions.limit().orElse(HeldOut.DEFAULT));
    }
    return dataOptions.dataset(Path.of(data)).toList();
  }
}
