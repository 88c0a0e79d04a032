package dev.flowdpo.micrometer;

import dev.flowdpo.learning.GateDecision;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.UpdateMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import java.lang.ref.WeakReference;
import java.util.function.ToDoubleFunction;

/** The meters of a learner, or of several of one name, one after the other. Thread-safe. */
final class LearnerMeters implements LearningListener {
  private final Meters meters;
  private final String name;
  private final Counter passed;
  private final Counter refused;
  private final DistributionSummary samplerDifference;
  private volatile WeakReference<OnlineLearner> learner = new WeakReference<>(null);
  private volatile LearningProgress progress = LearningProgress.NONE;
  private volatile double candidateAccuracy = Double.NaN;
  private volatile double liveAccuracy = Double.NaN;

  LearnerMeters(Meters meters, String name) {
    this.meters = meters;
    this.name = name;
    passed = decisions("passed");
    refused = decisions("refused");
    samplerDifference =
        meters.keep(
            DistributionSummary.builder("flowdpo.learner.sampler.difference")
                .description(
                    "How far the learner's log-probabilities of an update's chunks are from the"
                        + " sampler's, a token")
                .tags(meters.tags("learner", name))
                .register(meters.registry()));
    counter("flowdpo.learner.problems", "Problems read", LearningProgress::problems);
    counter(
        "flowdpo.learner.passed.over",
        "Problems that could not be used",
        LearningProgress::passedOver);
    counter(
        "flowdpo.learner.pairs",
        "Preference pairs",
        LearningProgress::answerPairs,
        "role",
        "answer");
    counter(
        "flowdpo.learner.pairs", "Preference pairs", LearningProgress::stopPairs, "role", "stop");
    counter(
        "flowdpo.learner.updates",
        "Steps of an adapter",
        LearningProgress::answerUpdates,
        "role",
        "answer");
    counter(
        "flowdpo.learner.updates",
        "Steps of an adapter",
        LearningProgress::stopUpdates,
        "role",
        "stop");
    counter(
        "flowdpo.learner.updates.skipped",
        "Steps not taken: no number, or too large",
        LearningProgress::skippedUpdates);
    counter(
        "flowdpo.learner.verifier.failures",
        "How often the verifier threw or took too long",
        LearningProgress::verifierFailures);
    gauge(
        "flowdpo.learner.progressive.accuracy",
        "Share of problems answered correctly before they were learned from",
        m -> m.progress().progressiveAccuracy());
    gauge(
        "flowdpo.learner.gate.accuracy",
        "What the gate measured last",
        m -> m.candidateAccuracy,
        "adapters",
        "candidate");
    gauge(
        "flowdpo.learner.gate.accuracy",
        "What the gate measured last",
        m -> m.liveAccuracy,
        "adapters",
        "live");
  }

  /** Reads this learner from now on. */
  void watch(OnlineLearner made) {
    learner = new WeakReference<>(made);
  }

  private Counter decisions(String decision) {
    return meters.keep(
        Counter.builder("flowdpo.learner.gate.decisions")
            .description("Candidates that a gate let go live, or did not")
            .tags(meters.tags("learner", name, "decision", decision))
            .register(meters.registry()));
  }

  private void counter(
      String meter, String description, ToDoubleFunction<LearningProgress> value, String... tags) {
    meters.keep(
        FunctionCounter.builder(meter, this, m -> value.applyAsDouble(m.progress()))
            .description(description)
            .tags(meters.tags("learner", name).and(tags))
            .register(meters.registry()));
  }

  private void gauge(
      String meter, String description, ToDoubleFunction<LearnerMeters> value, String... tags) {
    meters.keep(
        Gauge.builder(meter, this, value)
            .description(description)
            .tags(meters.tags("learner", name).and(tags))
            .register(meters.registry()));
  }

  /** Returns where the learner stands, or stood when it was last seen. */
  private LearningProgress progress() {
    OnlineLearner seen = learner.get();
    if (seen != null) {
      progress = seen.progress();
    }
    return progress;
  }

  @Override
  public void onUpdate(UpdateMetrics metrics) {
    metrics.samplerDifference().ifPresent(samplerDifference::record);
  }

  @Override
  public void onGate(GateDecision decision) {
    (decision.passed() ? passed : refused).increment();
    candidateAccuracy = decision.candidateAccuracy();
    liveAccuracy = decision.liveAccuracy();
  }
}
