package dev.flowdpo.policy.internal;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.value.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One path under way. A row that must differ from a given chunk and drew the same is drawn again
 * with another seed in the next round, and is dropped after {@value #MAX_REDRAWS} redraws. Not
 * thread-safe.
 */
final class FlowRow {
  /** How often a row draws again before it is dropped. */
  static final int MAX_REDRAWS = 4;

  private final FlowWork work;
  private final int index;
  private final FlowStart start;
  private final List<StopDecision> decisions;
  private PartialAnswer answer;
  private boolean started;
  private int redraws;
  private long cacheBytes = -1;
  private @Nullable FlowPath path;

  FlowRow(FlowWork work, int index, FlowStart start) {
    this.work = work;
    this.index = index;
    this.start = start;
    this.decisions = new ArrayList<>(start.decisions());
    this.answer = start.prefix();
  }

  FlowWork work() {
    return work;
  }

  int index() {
    return index;
  }

  PartialAnswer answer() {
    return answer;
  }

  /** Returns whether a round took it: the models then remember what it read. */
  boolean started() {
    return started;
  }

  boolean isLive() {
    return path == null && redraws <= MAX_REDRAWS && !work.isEnded();
  }

  Optional<FlowPath> path() {
    return Optional.ofNullable(path);
  }

  /** Returns the memory that the models keep for it, if it becomes as long as it may. */
  long cacheBytes() {
    if (cacheBytes < 0) {
      FlowOptions options = work.options();
      long perToken = work.policy().cacheBytesPerToken() + work.judge().cacheBytesPerToken();
      long tokens = promptTokens() + (long) options.maxChunks() * options.chunkSize();
      cacheBytes = perToken * tokens;
    }
    return cacheBytes;
  }

  /** A prompt that the policy refuses fails its row in the call, not the round that weighs it. */
  private long promptTokens() {
    try {
      return work.policy().promptTokens(answer.problem()).orElse(0);
    } catch (RuntimeException e) {
      return 0;
    }
  }

  ChunkRequest request() {
    started = true;
    FlowOptions options = work.options();
    long seed = start.seeds().seed(answer.depth(), redraws);
    return new ChunkRequest(answer, options.chunkSize(), options.sampling(), seed);
  }

  /** Appends the chunk and returns true, or returns false where it must be drawn again. */
  boolean accept(Chunk chunk) {
    boolean first = answer == start.prefix();
    if (first && start.avoid().filter(a -> a.writesSame(chunk)).isPresent()) {
      redraws++;
      return false;
    }
    redraws = 0;
    answer = answer.append(chunk);
    return true;
  }

  void decide(StopDecision decision) {
    decisions.add(decision);
    if (decision.stop()) {
      end(FinishReason.STOPPED);
    } else if (answer.depth() >= work.options().maxChunks()) {
      end(FinishReason.MAX_CHUNKS);
    } else if (work.policy().room(answer).orElse(1) < 1) {
      end(FinishReason.CONTEXT_FULL);
    }
    work.observer().onChunk(index, answer, decision);
    if (path != null) {
      work.observer().onFinished(index, path);
    }
  }

  private void end(FinishReason reason) {
    path = new FlowPath(answer, decisions, reason);
  }
}
