package dev.flowdpo.cli.experiment;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PairRule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

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
      "supervised, as many updates",
      "Supervised training on every chunk and decision of the flow's own correct traces. It makes"
          + " as many updates, at every point of the stream, as DPO would make of rollouts of the"
          + " same traces; as there are more examples than pairs, each update learns from more of"
          + " them, at twice the rate for the Answer adapter."),
  SUPERVISED(
      "supervised",
      "supervised, as large batches",
      "The same examples in updates as small as DPO's, of which there are then many more."),
  SUPERVISED_AS_LONG(
      "supervised-as-long",
      "supervised, as long",
      "The same small updates for as long as the run of DPO with this seed took, by the clock: as"
          + " nothing is rolled out, that is enough for more problems, which its progressive"
          + " accuracy goes over."),
  GROUP_RELATIVE(
      "group-relative",
      "flow, rewards in groups",
      "Both adapters learn from rewards within the groups of all that was tried at a node."),
  OFFLINE(
      "offline-dpo",
      "offline DPO",
      "All rollouts are the base's, before any update; then DPO learns from their pairs.");

  /** Those of the experiment on the bundled model. */
  static final List<Arm> ONLINE =
      List.of(DPO, NO_UPDATES, SINGLE_PASS, ANSWER_ONLY, STOP_ONLY, SUPERVISED_EQUAL, SUPERVISED);

  /** Those of the experiment on a real model. */
  static final List<Arm> REAL =
      List.of(
          DPO,
          GROUP_RELATIVE,
          NO_UPDATES,
          SUPERVISED_EQUAL,
          SUPERVISED,
          SUPERVISED_AS_LONG,
          SINGLE_PASS,
          OFFLINE);

  /** Larger batches bear a higher rate; of DPO's and its double this was measured better. */
  static final double SUPERVISED_RATE = 2;

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
    return this == SUPERVISED || this == SUPERVISED_EQUAL || this == SUPERVISED_AS_LONG;
  }

  /** Returns the options of this arm. */
  LearnerOptions options(LearnerOptions method) {
    LearnerOptions.Builder options = method.toBuilder();
    return switch (this) {
      case DPO, GROUP_RELATIVE, OFFLINE -> method;
      // Nothing learns from rollouts here, and the flow's own path does not depend on them.
      case SUPERVISED, SUPERVISED_AS_LONG ->
          options.rollouts(rollouts -> rollouts.rolloutsPerNode(0)).build();
      case NO_UPDATES, SINGLE_PASS ->
          options
              .updates(updates -> updates.enabled(false))
              .rollouts(rollouts -> rollouts.rolloutsPerNode(0))
              .build();
      case SUPERVISED_EQUAL ->
          options.rates(rates -> rates.answer(SUPERVISED_RATE * method.rates().answer())).build();
      case ANSWER_ONLY ->
          options.updates(updates -> updates.roles(EnumSet.of(AdapterRole.ANSWER))).build();
      case STOP_ONLY ->
          options.updates(updates -> updates.roles(EnumSet.of(AdapterRole.STOP))).build();
    };
  }

  PairRule pairRule(OnlineSettings settings) {
    return switch (this) {
      case SUPERVISED, SUPERVISED_AS_LONG -> PairRule.ownSuccesses();
      case SUPERVISED_EQUAL -> PairRule.ownSuccesses().atThePaceOf(settings.rule());
      case GROUP_RELATIVE -> settings.groups().rule(settings.learner().pairs());
      default -> settings.rule();
    };
  }

  DpoObjective objective(OnlineSettings settings) {
    return this == GROUP_RELATIVE
        ? settings.groups()
        : isSupervised() ? DpoObjective.supervised() : settings.objective();
  }

  /** Returns some arms of those by their names; all of them where none is named. */
  static List<Arm> named(List<String> names, List<Arm> among) {
    if (names.isEmpty()) {
      return among;
    }
    List<Arm> chosen = new ArrayList<>();
    for (String name : names) {
      chosen.add(
          among.stream()
              .filter(arm -> arm.folder().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new InvalidInputException(
                          "--arms: expected some of "
                              + among.stream().map(Arm::folder).toList()
                              + ", found \""
                              + name
                              + "\"")));
    }
    return chosen.stream().distinct().toList(); // two runs must not share a folder
  }
}
