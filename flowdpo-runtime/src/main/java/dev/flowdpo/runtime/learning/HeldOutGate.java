package dev.flowdpo.runtime.learning;

import com.google.common.collect.Lists;
import dev.flowdpo.Flow;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.spi.LearnerSetup;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The gate on held-out problems. They are solved as the flow solves, with its sampling and its
 * seed, so that both sides draw the same random numbers; what the live adapters reach is measured
 * once. A measurement that is broken off is made at the next group's end.
 */
final class HeldOutGate extends Gate {
  private static final int BATCH = 32;

  private final PinnedModels models;
  private final VerifierGuard verifier;
  private final LearningTurns turns;
  private OptionalDouble live = OptionalDouble.empty();

  /**
   * @param verifier judges the answers; its failures are not counted as those of rollouts
   */
  HeldOutGate(
      LearnerSetup setup,
      WorkingCopies copies,
      PinnedModels models,
      VerifierGuard verifier,
      LearningTurns turns) {
    super(setup, copies);
    this.models = models;
    this.verifier = verifier;
    this.turns = turns;
  }

  @Override
  void othersAreLive() {
    live = OptionalDouble.empty();
  }

  @Override
  public void end(List<RolloutTree> trees, ListenerCalls calls) {
    if (!isDue() || turns.isBreaking()) {
      return;
    }
    double before;
    double candidate;
    try {
      before = live.isPresent() ? live.getAsDouble() : measure(copies().live());
      live = OptionalDouble.of(before);
      candidate = measure(copies().snapshots());
    } catch (LearningTurns.BrokenOffException e) {
      return; // still due
    }
    if (decide(candidate, before, setup().validation().size(), calls)) {
      live = OptionalDouble.of(candidate);
    }
  }

  private double measure(Map<AdapterRole, AdapterSnapshot> adapters) {
    return turns.interruptibly(
        () -> {
          long correct = 0;
          try (Flow flow =
              Flow.builder()
                  .policy(models.policy(adapters))
                  .judge(models.judge(adapters))
                  .chunkSize(setup().flow().chunkSize())
                  .maxChunks(setup().flow().maxChunks())
                  .sampling(setup().flow().sampling())
                  .seed(setup().flow().seed())
                  .build()) {
            for (List<Problem> batch : Lists.partition(setup().validation(), BATCH)) {
              List<Attempt> attempts = flow.solveAll(batch).stream().map(Attempt::of).toList();
              correct += verifier.verifyAll(attempts).stream().filter(Verdict::isCorrect).count();
            }
          }
          return (double) correct / setup().validation().size();
        });
  }
}
