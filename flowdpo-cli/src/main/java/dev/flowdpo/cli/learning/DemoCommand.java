package dev.flowdpo.cli.learning;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.cli.evaluation.ExactAnswer;
import dev.flowdpo.cli.evaluation.HeldOut;
import dev.flowdpo.cli.evaluation.LearningData;
import dev.flowdpo.cli.evaluation.SolutionPrinter;
import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.HeldOutOptions;
import dev.flowdpo.cli.options.LearningPlan;
import dev.flowdpo.cli.options.LearningSettings;
import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.options.SeedOptions;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.value.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo}: the whole method in a few minutes. */
@Command(
    name = "demo",
    description = {
      "Shows the whole method: solves three problems chunk by chunk, learns online from fresh ones,"
          + " and solves the three again. Prints held-out accuracy before and after.",
      "The problems shown and measured on are never learned from. JSON: as learn."
    })
public final class DemoCommand implements Callable<Integer> {
  /** The problems shown are the first held-out ones that take so many steps. */
  private static final List<String> SHOWN_STEPS = List.of("2", "3", "4");

  @Mixin private OutputOptions output;
  @Mixin private SeedOptions seed;
  @Mixin private EngineOptions model;
  @Mixin private ProgressOptions progress;
  @Mixin private HeldOutOptions heldOut;

  @Option(
      names = "--problems",
      paramLabel = "N",
      defaultValue = "500",
      description = "How many problems to learn from; default: ${DEFAULT-VALUE}.")
  private int problems;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "runs/demo",
      description = "Folder of the run; a run in it is replaced; default: ${DEFAULT-VALUE}.")
  private Path out;

  @Override
  public Integer call() {
    OptionRange.atLeast(1, "--problems", problems);
    LearningData data = LearningData.builtIn(seed.seed(), problems, heldOut.problems());
    PrintWriter report = output.report();
    try (RunFolder folder =
        new RunFolder(out, RunFiles.KIND, Map.of("command", "demo"), RunFolder.Existing.REPLACE)) {
      learn(data, folder, report);
    }
    return 0;
  }

  private void learn(LearningData data, RunFolder folder, PrintWriter report) {
    AdapterFlowEngine engine = model.open();
    LearningPlan plan = new LearningSettings().plan(engine).withSeed(seed.seed());
    try (Flow flow = plan.flow(engine)) {
      report.printf("Three problems chunk by chunk, before learning:%n%n");
      solve(flow, report);
      report.printf("Learning online from %d other problems:%n", problems);
      report.flush();
      LearningResult result =
          new LearningRun(
                  flow,
                  engine.tokens(),
                  RolloutExecutor.local(),
                  data,
                  folder,
                  progress,
                  output.err())
              .run(
                  new ExactAnswer(),
                  plan,
                  new LearningResult.Settings(
                      engine.learningDefaults().fits(), LearningSettings.values(plan)));
      report.printf("%nThe same three with the adapters just learned:%n%n");
      solve(flow, report);
      report.println(result.summary());
      report.println("Adapters, metrics and the chart of progressive validation are in " + out);
      report.flush();
      output.result(result);
    }
  }

  private static void solve(Flow flow, PrintWriter report) {
    Flow greedy = Evaluation.greedy(flow);
    List<Problem> heldOut = HeldOut.builtIn(HeldOut.DEFAULT);
    for (String steps : SHOWN_STEPS) {
      heldOut.stream()
          .filter(problem -> steps.equals(problem.attributes().get("steps")))
          .findFirst()
          .ifPresent(problem -> greedy.solve(problem, new SolutionPrinter(report)));
    }
  }
}
