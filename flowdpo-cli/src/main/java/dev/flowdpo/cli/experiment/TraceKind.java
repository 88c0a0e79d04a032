package dev.flowdpo.cli.experiment;

import java.util.Arrays;
import java.util.List;

/** What a fresh adapter is fine-tuned on in the compile experiment; the columns of table 1. */
enum TraceKind {
  ZERO_SHOT("zero-shot", "zero-shot", "The base as it is."),
  GROUND_TRUTH_MIXED(
      "ground-truth-mixed",
      "ground truth, three styles",
      "Right solutions as the base's pre-training had them: step by step, several steps at once, or"
          + " the answer alone."),
  SELF(
      "self",
      "self-generated",
      "What the base wrote in a single pass at temperature 1, where it was right."),
  FLOW(
      "flow",
      "flow traces",
      "What the flow wrote after online DPO at temperature 1, where it was right."),
  GROUND_TRUTH_STEPS(
      "ground-truth-steps",
      "ground truth, step by step",
      "Right solutions in the one style that suits the model best: what no learner knows before"
          + " hand, as an upper bound.");

  private final String folder;
  private final String label;
  private final String description;

  TraceKind(String folder, String label, String description) {
    this.folder = folder;
    this.label = label;
    this.description = description;
  }

  /** Returns those that a set has traces for. */
  static List<TraceKind> of(ProblemSet set) {
    return Arrays.stream(values()).filter(kind -> kind.isOf(set)).toList();
  }

  private boolean isOf(ProblemSet set) {
    return switch (this) {
      case ZERO_SHOT, SELF, FLOW -> true;
      case GROUND_TRUTH_MIXED -> set instanceof Distribution;
      case GROUND_TRUTH_STEPS -> set.learning(0, 1).stream().allMatch(GroundTruth::isStatedWith);
    };
  }

  String folder() {
    return folder;
  }

  String label() {
    return label;
  }

  String description() {
    return description;
  }
}
