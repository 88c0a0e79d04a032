package dev.flowdpo.cli.training;

import dev.flowdpo.learning.CompileReport;
import dev.flowdpo.learning.TraceSet;

/**
 * The figures of a compile run, as {@code compile --json} prints them and {@code result.json} keeps
 * them. Accuracies are shares in [0, 1].
 *
 * @param collected solutions that were looked at
 * @param correct those whose reward is high enough
 * @param traces those that were learned from, or measured on to stop in time
 * @param validationLossBefore loss on the traces not trained on, before training; NaN without any
 * @param validationLoss the lowest loss on them after a step
 * @param heldOutBefore greedy single-pass accuracy of the base on the held-out problems
 * @param heldOutAfter the same with the compiled adapter
 * @param seconds wall-clock time of this process
 */
record CompileResult(
    int collected,
    int correct,
    int traces,
    int incorrect,
    int tooShort,
    int tooLong,
    int duplicates,
    int surplus,
    int steps,
    int bestStep,
    double validationLossBefore,
    double validationLoss,
    double heldOutBefore,
    double heldOutAfter,
    int heldOutProblems,
    double seconds) {

  static CompileResult of(
      TraceSet traces,
      CompileReport report,
      double heldOutBefore,
      double heldOutAfter,
      int heldOutProblems,
      double seconds) {
    return new CompileResult(
        traces.collected(),
        traces.collected() - traces.incorrect(),
        traces.traces().size(),
        traces.incorrect(),
        traces.tooShort(),
        traces.tooLong(),
        traces.duplicates(),
        traces.surplus(),
        report.steps(),
        report.bestStep(),
        report.heldOutLossBefore().orElse(Double.NaN),
        report.heldOutLoss().orElse(Double.NaN),
        heldOutBefore,
        heldOutAfter,
        heldOutProblems,
        seconds);
  }

  /** Returns the figures in three lines, for people. */
  String summary() {
    return """
        Single-pass accuracy %.1f %% before, %.1f %% after (%d held-out problems, greedy)
        Learned from %d traces of %d: %d incorrect, %d too short, %d too long, %d duplicates, %d surplus
        %d steps, the best after %d: validation loss %.4f before, %.4f after; %.1f s"""
        .formatted(
            100 * heldOutBefore,
            100 * heldOutAfter,
            heldOutProblems,
            traces,
            collected,
            incorrect,
            tooShort,
            tooLong,
            duplicates,
            surplus,
            steps,
            bestStep,
            validationLossBefore,
            validationLoss,
            seconds);
  }
}
