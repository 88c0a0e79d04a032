package dev.flowdpo.preference;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** A loss of a whole group, given by the application. */
record GroupObjective(Function<List<ScoredCompletion>, GroupValue> loss, boolean tokenLevel)
    implements DpoObjective {

  GroupObjective {
    Objects.requireNonNull(loss, "loss");
  }

  @Override
  public GroupValue evaluate(List<ScoredCompletion> group) {
    return loss.apply(group);
  }

  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    throw new UnsupportedOperationException(
        "This objective looks at the completions of a group; call evaluate(List).");
  }
}
