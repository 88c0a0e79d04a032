package dev.flowdpo.benchmarks;

import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prints a row of a table for one model folder and one way of loading it: seconds to the first
 * token, resident memory, tokens a second, seconds of a training step. Each row is a process of its
 * own, because memory is counted by process:
 *
 * <pre>{@code
 * java -Xmx2g -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.CheckpointFigures \
 *     MODEL NONE|INT8|INT4 ALL|DECODING|NONE [TRAINING_TOKENS [REPEATS]]
 * }</pre>
 *
 * <p>Decoding writes chunks of 32 tokens after a prefix of about 128, one row and 32 rollouts of
 * the same prefix. A training step is the gradient of the DPO loss of one pair, a quarter of whose
 * tokens are scored, by adapters of rank 8 at every linear layer, the way a learner goes. Each
 * figure is the median, with the smallest and the largest in brackets.
 */
public final class CheckpointFigures {
  private static final int PREFIX = 128;
  private static final int CHUNK = 32;
  private static final int RANK = 8;

  private CheckpointFigures() {}

  /** Measures one row; see the class comment. */
  public static void main(String[] arguments) {
    Path model = Path.of(arguments[0]);
    ModelOptions options =
        ModelOptions.builder()
            .execution(
                execution ->
                    execution
                        .quantization(Quantization.valueOf(arguments[1]))
                        .packing(WeightPacking.valueOf(arguments[2])))
            .maxTokens(1024)
            .build();
    int tokens = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 256;
    int repeats = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 3;
    long begin = System.nanoTime();
    try (AdapterFlowEngine engine =
        new AdapterFlowEngineProvider()
            .open(EngineSettings.builder().model(model).options(options).build())) {
      FlowPolicy policy = engine.policy().snapshot();
      PartialAnswer prefix = PartialAnswer.start(question(policy));
      decode(policy, prefix, 1, 1);
      print("load to first token, s", seconds(begin));
      print("resident after load, MB (anonymous, files)", memory());
      print("tokens/s, 1 row", spread(repeats, () -> rate(policy, prefix, 1)));
      print("tokens/s, 32 rollouts", spread(repeats, () -> rate(policy, prefix, 32)));
      print("resident after decoding, MB (anonymous, files)", memory());
      if (tokens > 0) {
        print("training step, s", spread(repeats, () -> train(engine.base(), tokens)));
      }
      print(
          "largest resident, MB",
          "%.0f".formatted(ResidentMemory.megabytes(ResidentMemory.Kind.PEAK)));
    }
  }

  private interface Figure {
    double measure();
  }

  private static String spread(int repeats, Figure figure) {
    figure.measure();
    double[] values = new double[repeats];
    Arrays.setAll(values, i -> figure.measure());
    Arrays.sort(values);
    return String.format(
        Locale.ROOT, "%.4g [%.4g, %.4g]", values[repeats / 2], values[0], values[repeats - 1]);
  }

  private static Problem question(FlowPolicy policy) {
    StringBuilder text = new StringBuilder("How many apples?");
    while (policy.promptTokens(Problem.of(text.toString())).orElseThrow() < PREFIX) {
      text.append(" Tom has 3 apples.");
    }
    return Problem.of(text.toString());
  }

  private static double rate(FlowPolicy policy, PartialAnswer prefix, int rows) {
    long begin = System.nanoTime();
    int tokens = decode(policy, prefix, rows, CHUNK);
    return tokens * 1e9 / (System.nanoTime() - begin);
  }

  private static int decode(FlowPolicy policy, PartialAnswer prefix, int rows, int tokens) {
    List<ChunkRequest> requests = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      requests.add(new ChunkRequest(prefix, tokens, SamplingOptions.of(1), row));
    }
    return policy.extend(requests).stream()
        .map(Chunk::tokens)
        .mapToInt(CheckpointFigures::size)
        .sum();
  }

  private static int size(TokenIds tokens) {
    return tokens.length();
  }

  private static double train(FrozenBase base, int tokens) {
    AdapterLayout layout = AdapterLayout.of(base.config(), RANK);
    AdapterSnapshot adapter = AdapterSnapshot.initial(layout, RANK, 0, 1);
    return SpeedFigures.step(base, adapter, tokens, tokens / 4);
  }

  private static String seconds(long begin) {
    return String.format(Locale.ROOT, "%.2f", (System.nanoTime() - begin) / 1e9);
  }

  private static String memory() {
    return String.format(
        Locale.ROOT,
        "%.0f (%.0f, %.0f)",
        ResidentMemory.megabytes(),
        ResidentMemory.megabytes(ResidentMemory.Kind.ANONYMOUS),
        ResidentMemory.megabytes(ResidentMemory.Kind.FILES));
  }

  private static void print(String figure, String value) {
    System.out.printf("%-45s %s%n", figure, value);
  }
}
