package dev.flowdpo.runtime.learning;

import dev.flowdpo.learning.GateDecision;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The listener during one group. What it throws is kept to the group's end, so that it cannot leave
 * the learner between two states, and it is not called again. For one thread.
 */
final class ListenerCalls implements LearningListener {
  private final LearningListener listener;
  private @Nullable Throwable failure;

  ListenerCalls(LearningListener listener) {
    this.listener = listener;
  }

  /** Returns what the listener threw. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public void onProblem(RolloutTree tree, LearningProgress progress) {
    call(() -> listener.onProblem(tree, progress));
  }

  @Override
  public void onPairs(List<PreferencePair> pairs) {
    call(() -> listener.onPairs(pairs));
  }

  @Override
  public void onUpdate(UpdateMetrics metrics) {
    call(() -> listener.onUpdate(metrics));
  }

  @Override
  public void onPassedOver(Problem problem, Throwable reason) {
    call(() -> listener.onPassedOver(problem, reason));
  }

  @Override
  public void onUpdateSkipped(AdapterRole role, double gradientNorm) {
    call(() -> listener.onUpdateSkipped(role, gradientNorm));
  }

  @Override
  public void onGate(GateDecision decision) {
    call(() -> listener.onGate(decision));
  }

  private void call(Runnable event) {
    if (failure != null) {
      return;
    }
    try {
      event.run();
    } catch (Throwable e) {
      failure = e;
    }
  }
}
