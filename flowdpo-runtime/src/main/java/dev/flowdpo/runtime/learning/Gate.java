package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.learning.GateDecision;
import dev.flowdpo.learning.GateOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.spi.LearnerSetup;
import java.util.List;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gate: every so many updates it compares the working copies with the live adapters, and lets
 * them go live where they are not worse. After some refusals in a row the learner goes back to the
 * live adapters. For one thread at a time.
 */
abstract class Gate implements Publication {
  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

  private final LearnerSetup setup;
  private final WorkingCopies copies;
  private int updates;
  private int refusals;

  Gate(LearnerSetup setup, WorkingCopies copies) {
    this.setup = setup;
    this.copies = copies;
  }

  final GateOptions options() {
    return setup.options().gate();
  }

  final LearnerSetup setup() {
    return setup;
  }

  final WorkingCopies copies() {
    return copies;
  }

  @Override
  public void begin() {
    if (copies.takeUpOthers()) {
      updates = 0;
      refusals = 0;
      othersAreLive();
    }
  }

  /** Forgets what was measured of adapters that are not live any more. */
  abstract void othersAreLive();

  @Override
  public FlowPolicy policy() {
    return setup.policy().snapshot();
  }

  @Override
  public StopJudge judge() {
    return setup.judge().snapshot();
  }

  @Override
  public final void count(int taken) {
    updates += taken;
  }

  /** Says whether a candidate is to be compared. */
  final boolean isDue() {
    return updates >= options().everyUpdates();
  }

  @Override
  public abstract void end(List<RolloutTree> trees, ListenerCalls calls);

  /** Decides, and returns whether the candidate is live now. */
  final boolean decide(double candidate, double live, int problems, ListenerCalls calls) {
    // Accuracies are quotients; what is equal on paper must not fail by a rounding.
    boolean passed = candidate >= live - options().tolerance() - 1e-9;
    updates = 0;
    LOG.info(
        "Learner \"{}\": the gate {} a candidate: accuracy {} on {} problems, live {}",
        setup.name(),
        passed ? "passes" : "refuses",
        candidate,
        problems,
        live);
    if (passed) {
      refusals = 0;
      copies.publish(OptionalDouble.of(candidate));
    } else if (++refusals == options().refusalsBeforeReset()) {
      refusals = 0;
      copies.reset();
      LOG.warn(
          "Learner \"{}\": {} candidates in a row were refused; it goes back to the live adapters",
          setup.name(),
          options().refusalsBeforeReset());
    }
    calls.onGate(new GateDecision(passed, candidate, live, problems));
    return passed;
  }

  @Override
  public final boolean isGated() {
    return true;
  }

  @Override
  public void write(ObjectNode json) {
    json.put("updates", updates);
    json.put("refusals", refusals);
  }

  @Override
  public void read(JsonNode json) {
    updates = json.path("updates").asInt();
    refusals = json.path("refusals").asInt();
  }
}
