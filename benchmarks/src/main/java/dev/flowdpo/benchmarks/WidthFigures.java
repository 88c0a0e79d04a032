package dev.flowdpo.benchmarks;

import dev.flowdpo.Flow;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prints how often a problem gets other tokens in a batch than alone, by the width of the batch, in
 * each precision:
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.WidthFigures
 *     [MODEL [PROBLEMS [PRECISION…]]]
 * }</pre>
 *
 * <p>Greedy and sampled, up to 48 tokens a problem. Where the tokens are the same, also the largest
 * difference of a chunk's log-probability, which tells what rounding there is.
 */
public final class WidthFigures {
  private static final int[] WIDTHS = {2, 4, 8, 16, 32};

  private WidthFigures() {}

  /** Measures; see the class comment. */
  public static void main(String[] arguments) {
    int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 64;
    List<Problem> problems =
        WordProblems.heldOut(count).stream().map(WordProblem::toProblem).toList();
    System.out.println("precision | sampling | width | problems with other tokens | largest shift");
    List<Quantization> precisions =
        arguments.length > 2
            ? Arrays.stream(arguments).skip(2).map(Quantization::valueOf).toList()
            : List.of(Quantization.NONE, Quantization.INT8, Quantization.INT4);
    for (Quantization precision : precisions) {
      Flow.Builder builder = Flow.builder().chunkSize(16).maxChunks(3).seed(1);
      builder.modelOptions(options -> options.execution(target -> target.quantization(precision)));
      if (arguments.length > 0) {
        builder.model(Path.of(arguments[0]));
      }
      try (Flow flow = builder.build()) {
        measure(precision, "greedy", flow, problems, SamplingOptions.greedy());
        measure(precision, "sampled", flow, problems, SamplingOptions.of(0.7));
      }
    }
  }

  private static void measure(
      Quantization precision,
      String name,
      Flow models,
      List<Problem> problems,
      SamplingOptions sampling) {
    Flow flow = models.withOptions(options -> options.sampling(sampling));
    List<Solution> alone = problems.stream().map(flow::solve).toList();
    for (int width : WIDTHS) {
      List<Solution> together = new ArrayList<>();
      for (int i = 0; i < problems.size(); i += width) {
        together.addAll(flow.solveAll(problems.subList(i, Math.min(i + width, problems.size()))));
      }
      int other = 0;
      double shift = 0;
      for (int i = 0; i < problems.size(); i++) {
        if (tokens(alone.get(i)).equals(tokens(together.get(i)))) {
          shift = Math.max(shift, shift(alone.get(i), together.get(i)));
        } else {
          other++;
        }
      }
      System.out.printf(
          Locale.ROOT,
          "%s | %s | %d | %d of %d | %.1e%n",
          precision,
          name,
          width,
          other,
          problems.size(),
          shift);
    }
  }

  private static List<Object> tokens(Solution solution) {
    return solution.chunks().stream().<Object>map(SolutionChunk::tokens).toList();
  }

  private static double shift(Solution one, Solution other) {
    double largest = 0;
    for (int i = 0; i < one.chunks().size(); i++) {
      double difference =
          one.chunks().get(i).logProbability().orElseThrow()
              - other.chunks().get(i).logProbability().orElseThrow();
      largest = Math.max(largest, Math.abs(difference));
    }
    return largest;
  }
}
