package dev.flowdpo.benchmarks;

import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Precision;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Times one shape on a device and compares with its limits by the {@link CostModel}: what the
 * card's memory and products alone would take. Confined to one thread.
 *
 * @param limits what the card can do
 * @param repeats how often each figure is measured; the median counts
 */
record KitFigures(ExecutionTarget target, Limits limits, int repeats) {
  static final int RANK = 8;

  /** What a card can do at most: bytes a second of its memory, operations a second in 16 bits. */
  record Limits(String name, double bytesASecond, double operationsASecond) {
    /** Returns those of a card by its name, or nothing that is known. */
    static Limits of(String card) {
      String name = card.toUpperCase(Locale.ROOT);
      if (name.contains("H200")) {
        return new Limits(card, 4.8e12, 989e12);
      }
      return name.contains("H100")
          ? new Limits(card, 3.35e12, 989e12)
          : new Limits(card, Double.NaN, Double.NaN);
    }
  }

  /**
   * One figure.
   *
   * @param value tokens a second, or seconds of a step
   * @param share of what the limits allow, NaN where they are not known
   */
  record Figure(String shape, Precision precision, String name, double value, double share) {}

  /** Measures the figures of a model's folder in one precision. */
  List<Figure> measure(Path model, String shape, Precision precision, List<String> names) {
    ModelOptions options =
        ModelOptions.builder()
            .execution(target.toBuilder().precision(precision).build())
            .maxTokens(4096)
            .build();
    List<Figure> found = new ArrayList<>();
    try (SpeedFigures figures = new SpeedFigures(model, options, RANK)) {
      ModelConfig config = figures.base().config();
      double bytes = precision == Precision.F32 ? 4 : 2;
      CostModel limit =
          new CostModel(
              config, RANK, bytes, bytes, limits.bytesASecond(), limits.operationsASecond());
      for (String name : names) {
        figures.measure(name);
        double[] values = new double[repeats];
        Arrays.setAll(values, i -> figures.measure(name));
        Arrays.sort(values);
        double value = values[repeats / 2];
        double possible = limit.expected(name);
        double share = name.startsWith("step") ? possible / value : value / possible;
        found.add(new Figure(shape, precision, name, value, share));
      }
    }
    return found;
  }

  /** Returns what a program prints, or an empty text where it cannot be run. */
  static String output(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(10, TimeUnit.MINUTES) && process.exitValue() == 0 ? text : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
