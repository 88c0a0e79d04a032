package dev.flowdpo.cli;

import dev.flowdpo.Flow;
import dev.flowdpo.preference.DpoObjective;
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
final class DemoCommand implements Callable<Integer> {
  /** The problems shown are the first held-out ones that take so many steps. */
  private static final List<String> SHOWN_STEPS = List.of("2", "3", "4");

  @Mixin private CommonOptions common;
  @Mixin private ProgressOptions progress;

  @Option(
      names = "--problems",
      paramLabel = "N",
      defaultValue = "500",
      description = "How many problems to learn from; default: ${DEFAULT-VALUE}.")
  private int problems;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      defaultValue = "" + HeldOut.DEFAULT,
      description = "How many held-out problems to measure on; default: ${DEFAULT-VALUE}.")
  private int heldOut;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "runs/demo",
      description = "Folder of the run; a run in it is replaced; default: ${DEFAULT-VALUE}.")
  private Path out;

  @Override
  public Integer call() {
    OptionRange.atLeast(1, "--problems", problems);
    OptionRange.atLeast(1, "--held-out", heldOut);
    LearningData data = LearningData.builtIn(common.seed(), problems, heldOut);
    RunFolder folder = new RunFolder(out, Map.of("command", "demo"), RunFolder.Existing.REPLACE);
    PrintWriter report = common.report();
    AdapterFlowEngine engine = common.engine();
    try (Flow flow = Flow.builder().engine(engine).seed(common.seed()).build()) {
      report.printf("Three problems chunk by chunk, before learning:%n%n");
      solve(flow, report);
      report.printf("Learning online from %d other problems:%n", problems);
      report.flush();
      LearningResult result =
          new LearningRun(flow, engine.tokens(), data, folder, progress, common.err())
              .run(
                  new ExactAnswer(),
                  LearningRun.options(engine, common.seed(), data).build(),
                  DpoObjective.paper());
      report.printf("%nThe same three with the adapters just learned:%n%n");
      solve(flow, report);
      report.println(result.summary());
      report.println("Adapters, metrics and the chart of progressive validation are in " + out);
      report.flush();
      common.result(result);
    }
    return 0;
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
