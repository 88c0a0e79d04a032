package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.RolloutTree;
import java.util.List;

/** Decides when updated adapters go live, and which ones roll out. For one thread at a time. */
interface Publication {

  /** Takes up what somebody else made live. Called before a group. */
  void begin();

  /** {@return what the next group is rolled out with: one version of it} */
  FlowPolicy policy();

  /** {@return what decides in the next group: one version of it} */
  StopJudge judge();

  /** Counts updates of a group whose end is not reached yet. */
  void count(int updates);

  /**
   * Decides at the end of a group.
   *
   * @param trees what the flow itself did with the group's problems; not what it had done before
   * @param calls is told of a gate's decisions
   */
  void end(List<RolloutTree> trees, ListenerCalls calls);

  /** {@return whether live adapters may differ from the working copies} */
  boolean isGated();

  /** Writes what a checkpoint keeps. */
  void write(ObjectNode json);

  /** Goes back to what was written. */
  void read(JsonNode json);
}
