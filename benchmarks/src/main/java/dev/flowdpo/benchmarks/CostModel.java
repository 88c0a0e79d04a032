package dev.flowdpo.benchmarks;

import dev.flowdpo.model.Quantization;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.graph.TrainingGraph;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The cost model of {@code docs/cost-model.md}, and its check against measurements:
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.CostModel MODEL NONE|INT8|INT4 [REPEATS]
 * }</pre>
 *
 * <p>Finds the two constants of this machine from two figures, one row's decoding and a prefill of
 * 512 tokens, and prints for others what the model expects, what was measured (median of the
 * repeats), and their ratio.
 *
 * @param config the shape of the model
 * @param rank that of the adapter at every linear layer, 0 for none
 * @param bytesAWeight 4, 2, or what the blocks of a quantised model take
 * @param bytesAKey 4, or 2 where keys and values are in 16 bits
 * @param bytesASecond how fast the weights are read where one row is decoded
 * @param operationsASecond floating-point operations a second of products with many rows
 */
public record CostModel(
    ModelConfig config,
    int rank,
    double bytesAWeight,
    double bytesAKey,
    double bytesASecond,
    double operationsASecond) {

  /** A product that finds its matrix unpacked reads it, and writes and reads a packed copy. */
  private static final int UNPACKED = 3;

  /**
   * What products of few rows reach of the operations of those with many; and those of training,
   * which find no packed matrix.
   */
  private static final double SLOWER = 0.7;

  /** The most tokens of a prompt that are read at once. */
  private static final int PIECE = 512;

  /** How often scores of attention are read or written beside the products: bias, softmax. */
  private static final int PASSES_OVER_SCORES = 5;

  /** Figures that the constants are not taken from. */
  private static final List<String> CHECKED =
      List.of(
          "decode:8:128:32",
          "decode:32:128:32",
          "decode:8:512:32",
          "decode:32:512:32",
          "prefill:128",
          "prefill:1024",
          "prefill:2048",
          "step:128:32:0",
          "step:256:64:0",
          "step:512:64:0");

  /** Measures and compares; see the class comment. */
  public static void main(String[] arguments) {
    Quantization quantization = Quantization.valueOf(arguments[1]);
    int repeats = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
    int rank = 8;
    try (SpeedFigures figures = new SpeedFigures(Path.of(arguments[0]), quantization, rank)) {
      ModelConfig config = figures.base().config();
      double one = median(figures, "decode:1:128:32", repeats);
      double many = median(figures, "prefill:512", repeats);
      CostModel model = fitted(config, rank, bytesAWeight(quantization), one, many);
      System.out.printf(
          Locale.ROOT,
          "%.1f GB/s, %.0f GFLOP/s (one row %.4g tokens/s, prefill %.4g tokens/s)%n",
          model.bytesASecond / 1e9,
          model.operationsASecond / 1e9,
          one,
          many);
      for (String figure : CHECKED) {
        double expected = model.expected(figure);
        double measured = median(figures, figure, repeats);
        System.out.printf(
            Locale.ROOT,
            "%-18s expected %8.4g, measured %8.4g, ratio %.2f%n",
            figure,
            expected,
            measured,
            expected / measured);
      }
    }
  }

  private static double median(SpeedFigures figures, String figure, int repeats) {
    figures.measure(figure);
    double[] values = new double[repeats];
    Arrays.setAll(values, i -> figures.measure(figure));
    Arrays.sort(values);
    return values[repeats / 2];
  }

  private static double bytesAWeight(Quantization quantization) {
    return switch (quantization) {
      case INT8 -> 1.125; // blocks of 32 with a 32-bit factor
      case INT4 -> 0.75; // blocks of 32 with a factor and an offset
      case NONE, AS_STORED -> 4;
    };
  }

  /** Two equations for the two constants: neither figure hangs on one of them alone. */
  static CostModel fitted(
      ModelConfig config, int rank, double bytesAWeight, double oneRow, double prefill512) {
    CostModel unit = new CostModel(config, rank, bytesAWeight, 1, 1);
    double bytesDecode = unit.decodeBytes(1, 144);
    double workDecode = unit.decodeOperations(1, 144);
    double bytesPrefill = unit.prefillBytes(512) + unit.decodeBytes(1, 512);
    double workPrefill = unit.prefillOperations(512) + unit.decodeOperations(1, 512);
    // bytesDecode / b + workDecode / w = 1 / oneRow; bytesPrefill / b + workPrefill / w = 512 / p.
    double determinant = bytesDecode * workPrefill - bytesPrefill * workDecode;
    double second = 1 / oneRow;
    double seconds = 512 / prefill512;
    double inverseB = (second * workPrefill - seconds * workDecode) / determinant;
    double inverseW = (bytesDecode * seconds - bytesPrefill * second) / determinant;
    return new CostModel(config, rank, bytesAWeight, 1 / inverseB, 1 / inverseW);
  }

  /** Returns what is expected of a figure of {@link SpeedFigures}. */
  double expected(String figure) {
    String[] parts = figure.split(":", -1);
    int first = Integer.parseInt(parts[1]);
    return switch (parts[0]) {
      case "decode" -> {
        int tokens = Integer.parseInt(parts[3]);
        yield first / decodeSeconds(first, Integer.parseInt(parts[2]) + tokens / 2);
      }
      case "prefill" -> first / (prefillSeconds(first) + decodeSeconds(1, first));
      case "step" -> stepSeconds(first, Integer.parseInt(parts[2]));
      default -> throw new IllegalArgumentException("No figure: " + figure);
    };
  }

  /** Seconds of one token of so many rows, each after so many tokens. */
  double decodeSeconds(int rows, int context) {
    return decodeBytes(rows, context) / bytesASecond
        + decodeOperations(rows, context) / operationsASecond;
  }

  /** Whether this is a card that holds all in 16 bits, without what processors add. */
  private boolean onCard() {
    return bytesAKey == 2;
  }

  /** What products of few rows, and those of training, reach of the operations of others. */
  private double share() {
    return onCard() ? 1 : SLOWER;
  }

  /** Keys and values count twice on processors: products with few rows pack them. */
  private double decodeBytes(int rows, int context) {
    return weightBytes() + (onCard() ? 1.0 : 2.0) * rows * context * cacheBytesAToken();
  }

  private double decodeOperations(int rows, int context) {
    return (rows * (layerOperations() + attentionOperations(context)) + headOperations(rows))
        / share();
  }

  /** Seconds of reading a prompt. */
  double prefillSeconds(int tokens) {
    return prefillBytes(tokens) / bytesASecond + prefillOperations(tokens) / operationsASecond;
  }

  /**
   * Seconds of the gradient of one pair, prompt and both completions read once. Products with
   * frozen weights run three times: forward under the reference, forward under the policy, and back
   * to the activations. Attention runs forward once more before it goes back, which is twice the
   * work.
   */
  double stepSeconds(int tokens, int scored) {
    double read = tokens + scored;
    double attended = read * read * (TrainingGraph.blocks((long) read) == 1 ? 1 : 0.625);
    double operations =
        3 * (read * layerOperations() + headOperations(2 * scored)) / share()
            + 5 * attended * attentionOperations(1);
    double bytes = 3 * (packedBytes() + bytesAWeight * outputWeights()) + 5 * scoreBytes(attended);
    return operations / operationsASecond + bytes / bytesASecond;
  }

  private double prefillOperations(int tokens) {
    return tokens * layerOperations() + prefillAttended(tokens) * attentionOperations(1);
  }

  private double prefillBytes(int tokens) {
    double pieces = Math.ceil((double) tokens / PIECE);
    return pieces * packedBytes() + scoreBytes(prefillAttended(tokens));
  }

  /** Each piece of a prompt meets all up to its end. */
  private static double prefillAttended(int tokens) {
    return tokens * (tokens + Math.min(tokens, PIECE)) / 2.0;
  }

  /** Bytes moved of the linear layers where many rows are multiplied. */
  private double packedBytes() {
    return (bytesAWeight == 4 ? UNPACKED : 1) * bytesAWeight * layerWeights();
  }

  private double scoreBytes(double attended) {
    return onCard()
        ? 0
        : 4.0 * PASSES_OVER_SCORES * config.layers() * config.attentionHeads() * attended;
  }

  /** Bytes that one run reads of the weights, the output layer's included. */
  double weightBytes() {
    return bytesAWeight * (layerWeights() + outputWeights());
  }

  /** Keys and values in 32 bits. */
  CostModel(
      ModelConfig config,
      int rank,
      double bytesAWeight,
      double bytesASecond,
      double operationsASecond) {
    this(config, rank, bytesAWeight, 4, bytesASecond, operationsASecond);
  }

  /** Bytes of the keys and values of one token. */
  double cacheBytesAToken() {
    return bytesAKey * 2 * config.layers() * config.keyValueWidth();
  }

  /** Two operations a weight of the linear layers and of the adapter's. */
  private double layerOperations() {
    double adapter = 0;
    for (LinearSite site : LinearSite.of(config)) {
      adapter += (double) rank * (site.inputs() + site.outputs());
    }
    return 2 * (layerWeights() + adapter);
  }

  /** Scores and weighted values of one token against so many others. */
  private double attentionOperations(int context) {
    return 4.0 * config.layers() * config.queryWidth() * context;
  }

  private double headOperations(int rows) {
    return 2.0 * rows * outputWeights();
  }

  private double layerWeights() {
    double weights = 0;
    for (LinearSite site : LinearSite.of(config)) {
      weights += (double) site.inputs() * site.outputs();
    }
    return weights;
  }

  private double outputWeights() {
    return (double) config.vocabularySize() * config.hiddenSize();
  }
}
