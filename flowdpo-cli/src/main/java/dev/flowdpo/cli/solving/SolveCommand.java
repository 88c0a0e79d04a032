package dev.flowdpo.cli.solving;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.SolutionPrinter;
import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.FlowChoice;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.SeedOptions;
import dev.flowdpo.cli.options.StopOptions;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code solve}: solves questions one after another and prints every chunk as it is written. */
@Command(
    name = "solve",
    description = {
      "Solves questions chunk by chunk, with the probability after each that the answer is finished.",
      "The likeliest token is taken, as evaluate does; with --temperature tokens are drawn, which is"
          + " what learning explores with.",
      "JSON, a line per question: {\"question\",\"text\",\"finalAnswer\",\"chunks\":[{\"text\","
          + "\"tokens\",\"logProb\",\"stopProbability\"}],\"finishReason\"}"
    })
public final class SolveCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;
  @Mixin private SeedOptions seed;
  @Mixin private EngineOptions model;
  @Mixin private FlowChoice choice;
  @Mixin private StopOptions stop;

  @Parameters(arity = "1..*", paramLabel = "QUESTION", description = "What to solve.")
  private List<String> questions;

  @Override
  public Integer call() {
    List<Problem> problems = questions.stream().map(Problem::of).toList();
    SolutionPrinter printer = new SolutionPrinter(output.report());
    Flow.Builder greedy = model.flow(seed.seed(), stop).sampling(SamplingOptions.greedy());
    try (Flow flow = choice.applyTo(greedy).build()) {
      for (Problem problem : problems) {
        Solution solution = flow.solve(problem, printer);
        output.result(SolutionJson.of(solution));
      }
    }
    return 0;
  }
}
