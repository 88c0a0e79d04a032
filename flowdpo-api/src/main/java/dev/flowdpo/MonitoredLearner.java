package dev.flowdpo;

import dev.flowdpo.learning.GateDecision;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells a flow's monitors, those of the moment, what one of its learners does. Thread-safe. */
final class MonitoredLearner implements LearningListener {
  private final FlowMonitors monitors;
  private final String name;
  private final Map<FlowMonitor, LearningListener> listeners =
      Collections.synchronizedMap(new IdentityHashMap<>());
  private volatile @Nullable OnlineLearner learner;

  MonitoredLearner(FlowMonitors monitors, String name) {
    this.monitors = monitors;
    this.name = name;
  }

  /** Tells that the learner is there, which nothing is told of before. */
  void begin(OnlineLearner made) {
    learner = made;
    monitors.add(this);
  }

  void begin(FlowMonitor monitor) {
    var unused = listener(monitor);
  }

  void forget(FlowMonitor monitor) {
    listeners.remove(monitor);
  }

  private LearningListener listener(FlowMonitor monitor) {
    return listeners.computeIfAbsent(
        monitor, key -> key.onLearner(name, Objects.requireNonNull(learner, "begun")));
  }

  private void tell(Consumer<LearningListener> event) {
    if (learner != null) {
      monitors.tellAll(monitor -> event.accept(listener(monitor)));
    }
  }

  @Override
  public void onProblem(RolloutTree tree, LearningProgress progress) {
    tell(listener -> listener.onProblem(tree, progress));
  }

  @Override
  public void onPairs(List<PreferencePair> pairs) {
    tell(listener -> listener.onPairs(pairs));
  }

  @Override
  public void onUpdate(UpdateMetrics metrics) {
    tell(listener -> listener.onUpdate(metrics));
  }

  @Override
  public void onPassedOver(Problem problem, Throwable failure) {
    tell(listener -> listener.onPassedOver(problem, failure));
  }

  @Override
  public void onUpdateSkipped(AdapterRole role, double gradientNorm) {
    tell(listener -> listener.onUpdateSkipped(role, gradientNorm));
  }

  @Override
  public void onGate(GateDecision decision) {
    tell(listener -> listener.onGate(decision));
  }

  @Override
  public void onCheckpoint(Path folder) {
    tell(listener -> listener.onCheckpoint(folder));
  }
}
