package dev.flowdpo.cli;

import dev.flowdpo.Flow;
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
      "Tokens are drawn as the model's flow.json says unless --temperature is given.",
      "JSON, a line per question: {\"question\",\"text\",\"finalAnswer\",\"chunks\":[{\"text\","
          + "\"tokens\",\"logProb\",\"stopProbability\"}],\"finishReason\"}"
    })
final class SolveCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private FlowChoice choice;

  @Parameters(arity = "1..*", paramLabel = "QUESTION", description = "What to solve.")
  private List<String> questions;

  @Override
  public Integer call() {
    List<Problem> problems = questions.stream().map(Problem::of).toList();
    SolutionPrinter printer = new SolutionPrinter(common.report());
    try (Flow flow = choice.applyTo(common.flow()).build()) {
      for (Problem problem : problems) {
        Solution solution = flow.solve(problem, printer);
        common.result(SolutionJson.of(solution));
      }
    }
    return 0;
  }
}
