package dev.flowdpo.spring;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.learning.GateDecision;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.ServingLoad;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up while the flow answers, out of service while as many problems wait as {@code
 * flowdpo.queue-limit} allows, down once it is closed; with what waits, the live version of the
 * adapters, and what the learner did last.
 */
final class FlowHealthIndicator extends AbstractHealthIndicator {
  private final Flow flow;
  private final FlowProperties properties;
  private final ObjectProvider<OnlineLearner> learner;
  private final ObjectProvider<LearnerActivity> activity;

  FlowHealthIndicator(
      Flow flow,
      FlowProperties properties,
      ObjectProvider<OnlineLearner> learner,
      ObjectProvider<LearnerActivity> activity) {
    super("The health of the flow could not be told");
    this.flow = flow;
    this.properties = properties;
    this.learner = learner;
    this.activity = activity;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    try {
      health.up().withDetail("adapters", flow.adapters().live().number());
    } catch (FlowClosedException e) {
      health.down().withDetail("model", "closed");
      return;
    } catch (FlowException e) {
      health.up(); // the application's own policy and judge, which have no versions
    }
    health.withDetail(
        "model", properties.model() == null ? "bundled" : properties.model().toString());
    ServingLoad load = flow.load();
    health.withDetail("waiting", load.waiting()).withDetail("underWay", load.underWay());
    Integer limit = properties.queueLimit();
    if (limit != null && limit > 0 && load.waiting() >= limit) {
      health.outOfService();
    }
    learner.ifAvailable(one -> health.withDetail("learner", learning(one.progress())));
  }

  private Map<String, Object> learning(LearningProgress progress) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("problems", progress.problems());
    details.put("accuracy", progress.progressiveAccuracy());
    details.put("updates", progress.answerUpdates() + progress.stopUpdates());
    activity.ifAvailable(
        last -> {
          last.lastUpdate().ifPresent(time -> details.put("lastUpdate", time.toString()));
          last.lastCheckpoint().ifPresent(time -> details.put("lastCheckpoint", time.toString()));
          last.lastGate().ifPresent(gate -> details.put("gate", decision(gate)));
        });
    return details;
  }

  private static Map<String, Object> decision(GateDecision gate) {
    return Map.of(
        "passed", gate.passed(),
        "candidateAccuracy", gate.candidateAccuracy(),
        "liveAccuracy", gate.liveAccuracy());
  }
}
