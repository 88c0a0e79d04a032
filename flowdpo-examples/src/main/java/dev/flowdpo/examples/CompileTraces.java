package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.CompileReport;
import dev.flowdpo.learning.TraceCompiler;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.nio.file.Path;
import java.util.List;

/**
 * The compile stage: collects the flow's correct answers, fine-tunes an adapter on them, and
 * answers in a single pass with it.
 */
public final class CompileTraces {
  private CompileTraces() {}

  /** Takes the folder for the adapter. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    System.out.println(compile(Pens.problems(200, 1), folder));
    System.out.println(solveInOnePass(Pens.problems(1, 2).get(0), folder));
  }

  static CompileReport compile(List<Problem> problems, Path folder) {
    TraceCompiler traces = TraceCompiler.builder().verifier(new MathAnswerVerifier()).build();
    try (Flow flow = Flow.builder().listener(traces).build()) {
      flow.solveAll(problems); // the listener keeps what is right
      return flow.compiler().resume(true).compile(traces.compile(), folder);
    }
  }

  static String solveInOnePass(Problem problem, Path folder) {
    try (Flow flow = Flow.builder().adapters(folder).chunkSize(64).maxChunks(1).build()) {
      return flow.solve(problem).text();
    }
  }
}
