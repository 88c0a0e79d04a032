package dev.flowdpo.learning;

import dev.flowdpo.error.Require;
import dev.flowdpo.policy.internal.BackgroundJudge;
import dev.flowdpo.policy.internal.BackgroundPolicy;
import dev.flowdpo.rollout.RolloutRequest;
import java.util.ArrayList;
import java.util.List;

/** Rolls rounds out in this process, by the learner's own models. Stateless and thread-safe. */
final class LocalRollouts {
  private LocalRollouts() {}

  /** Rolls out all problems as one batch, in the rounds of the flow, beside its solves. */
  static List<RolloutOutcome> whole(RolloutRound round) {
    return RolloutOutcome.ofShard(round.sampler(), round.request(), round.version());
  }

  /**
   * Returns what rolls out a shard after the other, each in native calls of its own, whoever else
   * uses the flow: as a task on another machine does.
   */
  static RolloutExecutor shards(int problems) {
    Require.atLeast(1, "problems of a shard", problems);
    return round -> {
      RolloutRequest request = alone(round.request());
      List<RolloutOutcome> outcomes = new ArrayList<>();
      for (int begin = 0; begin < request.problems().size(); begin += problems) {
        int end = Math.min(request.problems().size(), begin + problems);
        outcomes.addAll(
            RolloutOutcome.ofShard(round.sampler(), request.only(begin, end), round.version()));
      }
      return outcomes;
    };
  }

  private static RolloutRequest alone(RolloutRequest request) {
    return request.policy() instanceof BackgroundPolicy policy
            && request.judge() instanceof BackgroundJudge judge
        ? request.with(policy.models(), judge.models())
        : request;
  }
}
