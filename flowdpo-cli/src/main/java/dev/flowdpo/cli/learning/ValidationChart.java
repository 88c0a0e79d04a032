package dev.flowdpo.cli.learning;

import dev.flowdpo.cli.report.Axis;
import dev.flowdpo.cli.report.LineChart;
import dev.flowdpo.cli.report.Series;
import dev.flowdpo.learning.ProgressiveValidation;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Draws the progressive validation of a run beside its held-out accuracy. Stateless. */
final class ValidationChart {
  private static final int WINDOW = 100;

  private ValidationChart() {}

  /** Writes the PNG; without a display, which it does not need. */
  static void write(Path file, ProgressiveValidation validation, LearningResult result) {
    int count = validation.count();
    double[] n = IntStream.rangeClosed(1, count).asDoubleStream().toArray();
    LineChart.builder("Progressive validation over " + count + " problems")
        .x(Axis.count("problems learned from"))
        .y(Axis.share("accuracy"))
        .series(Series.line("Acc(n)", n, validation.curve()))
        .series(Series.line("last " + WINDOW, n, moving(validation.outcomes())))
        .level("held-out before", result.heldOutBefore())
        .level("held-out after", result.heldOutAfter())
        .build()
        .writePng(file);
  }

  /** Returns the accuracy over the window that ends at each problem. */
  private static double[] moving(List<Boolean> outcomes) {
    double[] accuracies = new double[outcomes.size()];
    int correct = 0;
    for (int i = 0; i < accuracies.length; i++) {
      correct += outcomes.get(i) ? 1 : 0;
      correct -= i >= WINDOW && outcomes.get(i - WINDOW) ? 1 : 0;
      accuracies[i] = (double) correct / Math.min(i + 1, WINDOW);
    }
    return accuracies;
  }
}
