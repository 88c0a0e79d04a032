package dev.flowdpo.benchmarks;

import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Precision;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.tiny.RandomModel;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import dev.flowdpo.runtime.training.PreferenceGradient;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Compares what a device computes with what the processor computes in 32 bits, on a small model of
 * each architecture with random weights. Confined to one thread.
 */
record KitParity(ExecutionTarget target, Path folder) {
  private static final int RANK = 4;
  private static final int TOKENS = 32;

  /**
   * How far a device is from the processor.
   *
   * @param logProbability the largest difference of a token's log-probability
   * @param gradient the difference of the gradient of a DPO loss, relative to its size
   * @param sameTokens the share of greedy tokens before the first other one of their text
   * @param passed whether all are within what the precision allows
   */
  record Comparison(
      String architecture,
      Precision precision,
      double logProbability,
      double gradient,
      double sameTokens,
      boolean passed) {}

  /** What a model gives. */
  private record Found(float[] logProbabilities, float[] gradient, List<int[]> tokens) {}

  /** Compares one architecture in every precision. */
  List<Comparison> compare(Architecture architecture, List<Precision> precisions) {
    String name = architecture.className();
    Path model = folder.resolve(name.toLowerCase(Locale.ROOT));
    RandomModel.write(
        model,
        RandomCheckpoint.config(
            new RandomCheckpoint.Shape(
                architecture, 384, 128, 3, 8, 4, OptionalInt.of(16), 256, 512)),
        11,
        DataType.F32);
    Found expected = found(model, ExecutionTarget.cpu(), Precision.F32);
    return precisions.stream()
        .map(precision -> compared(name, precision, expected, found(model, target, precision)))
        .toList();
  }

  private static Comparison compared(
      String architecture, Precision precision, Found expected, Found found) {
    double scores = 0;
    for (int i = 0; i < expected.logProbabilities.length; i++) {
      scores = largest(scores, Math.abs(expected.logProbabilities[i] - found.logProbabilities[i]));
    }
    double error = 0;
    double size = 0;
    for (int i = 0; i < expected.gradient.length; i++) {
      error += Math.pow(expected.gradient[i] - (double) found.gradient[i], 2);
      size += Math.pow(expected.gradient[i], 2);
    }
    double gradient = Math.sqrt(error / size);
    double same = 0;
    double all = 0;
    for (int i = 0; i < expected.tokens.size(); i++) {
      int[] wanted = expected.tokens.get(i);
      int first = Arrays.mismatch(wanted, found.tokens.get(i));
      same += first < 0 ? wanted.length : first;
      all += wanted.length;
    }
    double tolerance =
        switch (precision) {
          case F32 -> 1e-3;
          case F16 -> 0.03;
          case BF16 -> 0.2;
        };
    double share = same / all;
    boolean passed =
        scores <= 3 * tolerance
            && gradient <= tolerance
            && (precision != Precision.F32 || share == 1);
    return new Comparison(architecture, precision, scores, gradient, share, passed);
  }

  /** The larger, and NaN where either is none. */
  private static double largest(double one, double other) {
    return Math.max(one, other);
  }

  private static Found found(Path model, ExecutionTarget target, Precision precision) {
    ModelOptions options =
        ModelOptions.builder()
            .execution(target.toBuilder().precision(precision).build())
            .maxTokens(512)
            .build();
    try (SpeedFigures figures = new SpeedFigures(model, options, RANK)) {
      FrozenBase base = figures.base();
      PreferencePair pair = SpeedFigures.pair(base, 64, 24);
      List<Completion> completions =
          List.of(
              new Completion(pair.prompt().toArray(), pair.chosen().tokens().toArray()),
              new Completion(pair.prompt().toArray(), pair.rejected().tokens().toArray()));
      float[] scores = new float[0];
      for (float[] one :
          new CompletionScorer(base).tokenLogProbabilities(figures.adapter(), completions)) {
        int before = scores.length;
        scores = Arrays.copyOf(scores, before + one.length);
        System.arraycopy(one, 0, scores, before, one.length);
      }
      try (PreferenceGradient.Result result =
          PreferenceGradient.of(base, base.gradients())
              .compute(
                  figures.adapter(),
                  AdapterSnapshot.none(base.config()),
                  List.of(pair),
                  DpoObjective.sigmoid(1),
                  0)) {
        return new Found(scores, result.gradient().toFloatVector(), figures.greedy(TOKENS));
      }
    }
  }
}
