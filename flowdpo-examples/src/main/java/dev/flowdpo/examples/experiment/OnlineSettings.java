package dev.flowdpo.examples.experiment;

import com.google.common.collect.ImmutableSortedMap;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.preference.DpoObjective;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What all arms of an online experiment have in common. Immutable.
 *
 * @param model folder of the model; empty for the bundled one
 * @param adapters folder of the adapters that every arm starts from; empty for none
 * @param distribution where the problems come from
 * @param problems how many are learned from
 * @param heldOut how many are measured on
 * @param learner the method's numbers; each run sets its own seed
 * @param objective what the method minimises
 */
record OnlineSettings(
    Optional<Path> model,
    Optional<Path> adapters,
    Distribution distribution,
    int problems,
    int heldOut,
    LearnerOptions learner,
    DpoObjective objective) {

  /** Returns what must be the same where an experiment is resumed. */
  Map<String, String> describe(List<Long> seeds) {
    return ImmutableSortedMap.<String, String>naturalOrder()
        .put("model", model.map(Path::toString).orElse("bundled"))
        .put("adapters", adapters.map(Path::toString).orElse("none"))
        .put("distribution", distribution.label())
        .put("problems", Integer.toString(problems))
        .put("heldOut", Integer.toString(heldOut))
        .put("learner", learner.toString())
        .put("objective", objective.toString())
        .put("seeds", seeds.toString())
        .build();
  }
}
