package dev.flowdpo.testing.contract;

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
 * A policy and a judge that a learner updates after every call. What they say ends with, or is, the
 * version that said it, from 0; their snapshots stay with one. The judge never stops. Thread-safe.
 */
final class ChangingModel {
  private final AtomicInteger calls = new AtomicInteger();

  FlowPolicy policy() {
    return new Policy(calls::get);
  }

  StopJudge judge() {
    return new Judge(calls::get);
  }

  /** {@return the version at this call, after which there is a new one} */
  private int next(IntSupplier version) {
    int now = version.getAsInt();
    calls.incrementAndGet();
    return now;
  }

  private final class Policy implements FlowPolicy {
    private final IntSupplier version;

    private Policy(IntSupplier version) {
      this.version = version;
    }

    @Override
    public List<Chunk> extend(List<ChunkRequest> requests) {
      int now = next(version);
      return requests.stream()
          .map(r -> Chunks.of((char) ('a' + Math.floorMod(r.seed(), 26)) + Integer.toString(now)))
          .toList();
    }

    @Override
    public FlowPolicy snapshot() {
      int frozen = version.getAsInt();
      return new Policy(() -> frozen);
    }
  }

  private final class Judge implements StopJudge {
    private final IntSupplier version;

    private Judge(IntSupplier version) {
      this.version = version;
    }

    @Override
    public List<StopDecision> judge(List<PartialAnswer> partials) {
      double probability = Math.min(1, next(version) / 1000.0);
      return partials.stream().map(partial -> new StopDecision(false, probability)).toList();
    }

    @Override
    public StopJudge snapshot() {
      int frozen = version.getAsInt();
      return new Judge(() -> frozen);
    }
  }
}
