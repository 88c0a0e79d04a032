package dev.flowdpo.policy.internal;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.ChunkWatcher;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.OptionalInt;

/**
 * A flow's policy as a learner gets it: what {@link FlowLoop} does with it runs in the background
 * of the flow's rounds. All else is as the policy has it. Thread-safe.
 */
public record BackgroundPolicy(FlowPolicy models, SharedRunner runner) implements FlowPolicy {
  @Override
  public List<Chunk> extend(List<ChunkRequest> requests) {
    return models.extend(requests);
  }

  @Override
  public List<Chunk> extend(List<ChunkRequest> requests, ChunkWatcher watcher) {
    return models.extend(requests, watcher);
  }

  @Override
  public FlowPolicy snapshot() {
    return new BackgroundPolicy(models.snapshot(), runner);
  }

  @Override
  public OptionalInt promptTokens(Problem problem) {
    return models.promptTokens(problem);
  }

  @Override
  public OptionalInt room(PartialAnswer answer) {
    return models.room(answer);
  }

  @Override
  public void forget(PartialAnswer answer) {
    models.forget(answer);
  }

  @Override
  public long cacheBytesPerToken() {
    return models.cacheBytesPerToken();
  }

  @Override
  public boolean sharesCalls() {
    return models.sharesCalls();
  }

  @Override
  public boolean sharesEngineTokens() {
    return models.sharesEngineTokens();
  }
}
