package dev.flowdpo.cli.evaluation;

import dev.flowdpo.Flow;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import java.util.List;

/**
 * Ordinary generation as a flow: one chunk as long as all chunks of the flow together, and a judge
 * that always says stop.
 */
public final class SinglePass implements StopJudge {
  private SinglePass() {}

  /** Returns a flow with the same policy; it ends with the given one. */
  public static Flow of(Flow flow) {
    FlowOptions options = flow.options();
    return Flow.builder()
        .policy(flow.policy())
        .judge(new SinglePass())
        .chunkSize(Math.multiplyExact(options.chunkSize(), options.maxChunks()))
        .maxChunks(1)
        .sampling(options.sampling())
        .seed(options.seed())
        .build();
  }

  @Override
  public List<StopDecision> judge(List<PartialAnswer> partials) {
    return partials.stream().map(partial -> new StopDecision(true, 1)).toList();
  }
}
