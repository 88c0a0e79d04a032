package dev.flowdpo.runtime.learning;

import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches for DPO's known failure: the margin grows because the rejected completions become less
 * likely, and the chosen ones become less likely with them. Warns once for each adapter, when the
 * running mean of the chosen completions' implicit reward falls below −1, that is, when they are
 * less likely by a factor of e<sup>1/β</sup> than under the reference. Not thread-safe.
 */
final class ChosenDecline {
  private static final Logger LOG = LoggerFactory.getLogger(ChosenDecline.class);
  private static final double LIMIT = -1;
  private static final double DECAY = 0.9;
  private static final int PATIENCE = 20;

  private final Map<AdapterRole, Double> means = new EnumMap<>(AdapterRole.class);
  private final Set<AdapterRole> warned = EnumSet.noneOf(AdapterRole.class);

  /** Looks at an update and returns whether it has just warned. */
  boolean watch(UpdateMetrics metrics) {
    double mean =
        means.merge(
            metrics.role(),
            metrics.rewardsChosen(),
            (before, now) -> DECAY * before + (1 - DECAY) * now);
    boolean falls = metrics.update() >= PATIENCE && mean < LIMIT;
    if (falls && warned.add(metrics.role())) {
      LOG.warn(
          "The {} adapter makes its chosen completions less likely: their mean implicit reward is"
              + " {} after {} updates. Lower its learning rate, raise beta, or add the chosen"
              + " completion's likelihood to the objective (DpoObjective.withChosenNll).",
          metrics.role().folderName(),
          mean,
          metrics.update());
      return true;
    }
    return false;
  }
}
