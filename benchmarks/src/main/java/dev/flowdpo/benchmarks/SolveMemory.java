package dev.flowdpo.benchmarks;

import dev.flowdpo.Flow;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prints the resident memory of a solve among several that {@code solveAll} has under way at once,
 * beside what the keys and values of its prompt and answer take under both adapters:
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.SolveMemory \
 *     MODEL ADAPTERS SOLVES…
 * }</pre>
 *
 * <p>It is the largest resident memory meanwhile, less that after four solves in pairs, divided by
 * the number of solves. Answers have at most three chunks of 40 tokens. Linux only.
 */
public final class SolveMemory {
  private static final int SENTENCES = 50;
  private static final double BYTES_OF_A_FLOAT = Float.BYTES;

  private SolveMemory() {}

  /** Measures; see the class comment. */
  public static void main(String[] arguments) throws InterruptedException {
    Path model = Path.of(arguments[0]);
    ModelConfig config = CheckpointContents.read(model).config();
    double token =
        2 * BYTES_OF_A_FLOAT * config.layers() * config.keyValueHeads() * config.headSize() / 1e6;
    try (Flow flow =
        Flow.builder()
            .model(model)
            .adapters(Path.of(arguments[1]))
            .chunkSize(40)
            .maxChunks(3)
            .sampling(SamplingOptions.of(1))
            .build()) {
      flow.solveAll(problems(0, 2));
      flow.solveAll(problems(2, 2));
      for (String solves : Arrays.asList(arguments).subList(2, arguments.length)) {
        measure(flow, Integer.parseInt(solves), token);
      }
    }
  }

  private static void measure(Flow flow, int count, double token) throws InterruptedException {
    System.gc(); // buffers that nobody uses go with it
    Thread.sleep(500);
    double before = ResidentMemory.megabytes();
    ResidentMemory.resetPeak();
    long begin = System.nanoTime();
    List<Solution> solutions = flow.solveAll(problems(10, count));
    double seconds = (System.nanoTime() - begin) / 1e9;
    double most = ResidentMemory.megabytes(ResidentMemory.Kind.PEAK) - before;
    double prompt =
        solutions.stream()
            .mapToInt(one -> one.usage().promptTokens().orElse(0))
            .average()
            .orElse(0);
    double answer =
        solutions.stream().mapToInt(one -> one.usage().generatedTokens()).average().orElse(0);
    System.out.printf(
        Locale.ROOT,
        "%d solves of %.0f + %.0f tokens in %.2f s: %.1f MB each, keys and values of both adapters"
            + " %.1f MB: %.2f%n",
        count,
        prompt,
        answer,
        seconds,
        most / count,
        2 * token * (prompt + answer),
        most / count / (2 * token * (prompt + answer)));
  }

  private static List<Problem> problems(int first, int count) {
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String text = "Question " + (first + i) + ":" + " Tom has 3 apples.".repeat(SENTENCES);
      problems.add(Problem.of(text));
    }
    return problems;
  }
}
