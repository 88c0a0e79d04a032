package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.spi.LearnerSetup;
import java.util.List;
import java.util.OptionalDouble;

/** No gate: what a group has taught goes live with its end, as in the paper. */
final class EveryUpdate implements Publication {
  private final LearnerSetup setup;
  private final WorkingCopies copies;
  private int updates;

  EveryUpdate(LearnerSetup setup, WorkingCopies copies) {
    this.setup = setup;
    this.copies = copies;
  }

  @Override
  public void begin() {
    copies.takeUpOthers();
  }

  @Override
  public FlowPolicy policy() {
    return setup.policy().snapshot();
  }

  @Override
  public StopJudge judge() {
    return setup.judge().snapshot();
  }

  @Override
  public void count(int taken) {
    updates += taken;
  }

  @Override
  public void end(List<RolloutTree> trees, ListenerCalls calls) {
    if (updates > 0) {
      copies.publish(OptionalDouble.empty());
    }
    updates = 0;
  }

  @Override
  public boolean isGated() {
    return false;
  }

  @Override
  public void write(ObjectNode json) {}

  @Override
  public void read(JsonNode json) {}
}
