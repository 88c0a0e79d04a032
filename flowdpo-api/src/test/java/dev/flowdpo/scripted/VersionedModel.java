package dev.flowdpo.scripted;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.testing.Chunks;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * A policy and a judge that learn: they write and judge with their version, which a learner raises.
 * The judge never stops.
 */
public final class VersionedModel {
  private final AtomicInteger version = new AtomicInteger();

  /** Publishes a new version, as a learner does after an update. */
  public void update() {
    version.incrementAndGet();
  }

  public FlowPolicy policy() {
    return new Policy(version::get);
  }

  public StopJudge judge() {
    return new Judge(version::get);
  }

  private record Policy(IntSupplier version) implements FlowPolicy {
    @Override
    public List<Chunk> extend(List<ChunkRequest> requests) {
      String text = Integer.toString(version.getAsInt());
      return requests.stream().map(request -> Chunks.of(text)).toList();
    }

    @Override
    public FlowPolicy snapshot() {
      int frozen = version.getAsInt();
      return new Policy(() -> frozen);
    }
  }

  private record Judge(IntSupplier version) implements StopJudge {
    @Override
    public List<StopDecision> judge(List<PartialAnswer> partials) {
      double probability = version.getAsInt() / 100.0;
      return partials.stream().map(partial -> new StopDecision(false, probability)).toList();
    }

    @Override
    public StopJudge snapshot() {
      int frozen = version.getAsInt();
      return new Judge(() -> frozen);
    }
  }
}
