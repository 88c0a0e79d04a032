package dev.flowdpo.spring;

import dev.flowdpo.learning.GateDecision;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.UpdateMetrics;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** Remembers what a learner did last, for its health. Thread-safe. */
final class LearnerActivity implements LearningListener {
  private volatile Optional<Instant> lastUpdate = Optional.empty();
  private volatile Optional<Instant> lastCheckpoint = Optional.empty();
  private volatile Optional<GateDecision> lastGate = Optional.empty();

  @Override
  public void onUpdate(UpdateMetrics metrics) {
    lastUpdate = Optional.of(Instant.now());
  }

  @Override
  public void onCheckpoint(Path folder) {
    lastCheckpoint = Optional.of(Instant.now());
  }

  @Override
  public void onGate(GateDecision decision) {
    lastGate = Optional.of(decision);
  }

  Optional<Instant> lastUpdate() {
    return lastUpdate;
  }

  Optional<Instant> lastCheckpoint() {
    return lastCheckpoint;
  }

  Optional<GateDecision> lastGate() {
    return lastGate;
  }
}
