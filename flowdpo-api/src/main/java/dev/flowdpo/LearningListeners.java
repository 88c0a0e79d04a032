package dev.flowdpo;

import dev.flowdpo.learning.GateDecision;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.List;

/** Several learning listeners as one, called in their order. */
record LearningListeners(List<LearningListener> listeners) implements LearningListener {
  LearningListeners {
    listeners = List.copyOf(listeners);
  }

  @Override
  public void onProblem(RolloutTree tree, LearningProgress progress) {
    listeners.forEach(listener -> listener.onProblem(tree, progress));
  }

  @Override
  public void onPairs(List<PreferencePair> pairs) {
    listeners.forEach(listener -> listener.onPairs(pairs));
  }

  @Override
  public void onUpdate(UpdateMetrics metrics) {
    listeners.forEach(listener -> listener.onUpdate(metrics));
  }

  @Override
  public void onPassedOver(Problem problem, Throwable failure) {
    listeners.forEach(listener -> listener.onPassedOver(problem, failure));
  }

  @Override
  public void onUpdateSkipped(AdapterRole role, double gradientNorm) {
    listeners.forEach(listener -> listener.onUpdateSkipped(role, gradientNorm));
  }

  @Override
  public void onGate(GateDecision decision) {
    listeners.forEach(listener -> listener.onGate(decision));
  }

  @Override
  public void onCheckpoint(Path folder) {
    listeners.forEach(listener -> listener.onCheckpoint(folder));
  }
}
