package dev.flowdpo.examples.experiment;

import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearnerOptionsBuilder;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PairRule;
import java.util.EnumSet;

/** What is compared in the online experiment: the method, and the controls that it has to beat. */
enum Arm {
  DPO("flow-dpo", "flow, online DPO", "Both adapters learn from preference pairs."),
  NO_UPDATES("no-updates", "flow, no updates", "The same flow; nothing is learned."),
  SINGLE_PASS(
      "single-pass", "single pass", "The base writes each answer in one go; nothing is learned."),
  ANSWER_ONLY("answer-only", "Answer adapter only", "The Stop adapter stays as it was."),
  STOP_ONLY("stop-only", "Stop adapter only", "The Answer adapter stays as it was."),
  SUPERVISED_EQUAL(
      "supervised-equal",
      "supervised, larger batches",
      "Supervised training on every chunk and decision of the flow's own correct traces and"
          + " rollouts, in batches eight times as large, because there are more examples than"
          + " pairs; it still makes somewhat more updates than DPO."),
  SUPERVISED(
      "supervised",
      "supervised, as large batches",
      "The same with DPO's batch sizes, which makes more than ten times as many updates of the"
          + " Answer adapter.");

  /** How many times as large the batches of supervised training are. */
  private static final int ANSWER_BATCHES = 8;

  private static final double STOP_BATCHES = 1.75;

  private final String folder;
  private final String label;
  private final String description;

  Arm(String folder, String label, String description) {
    this.folder = folder;
    this.label = label;
    this.description = description;
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

  boolean isSupervised() {
    return this == SUPERVISED || this == SUPERVISED_EQUAL;
  }

  /** Returns the options of this arm. */
  LearnerOptions options(LearnerOptions method) {
    LearnerOptionsBuilder options = method.toBuilder();
    return switch (this) {
      case DPO, SUPERVISED -> method;
      case NO_UPDATES, SINGLE_PASS -> options.updates(false).build();
      case ANSWER_ONLY -> options.roles(EnumSet.of(AdapterRole.ANSWER)).build();
      case STOP_ONLY -> options.roles(EnumSet.of(AdapterRole.STOP)).build();
      case SUPERVISED_EQUAL ->
          options
              .pairsPerAnswerUpdate(method.pairsPerAnswerUpdate() * ANSWER_BATCHES)
              .pairsPerStopUpdate((int) Math.round(method.pairsPerStopUpdate() * STOP_BATCHES))
              .build();
    };
  }

  PairRule pairRule(LearnerOptions method) {
    return isSupervised() ? PairRule.successes() : PairRule.contrasts(method.pairs());
  }

  DpoObjective objective(DpoObjective method) {
    return isSupervised() ? DpoObjective.supervised() : method;
  }
}
