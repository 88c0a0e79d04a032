package dev.flowdpo.testing;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A policy made of a function of one row; remembers its batches and counts its snapshots. */
public final class ScriptedPolicy implements FlowPolicy {
  private final Function<ChunkRequest, Chunk> script;
  private final List<List<ChunkRequest>> batches = new CopyOnWriteArrayList<>();
  private final AtomicInteger snapshots = new AtomicInteger();

  public ScriptedPolicy(Function<ChunkRequest, Chunk> script) {
    this.script = script;
  }

  /** Returns a policy that writes one of {@code letters} different letters, drawn by the seed. */
  public static ScriptedPolicy letters(int letters) {
    return new ScriptedPolicy(
        request ->
            Chunks.of(
                Character.toString('a' + (int) Long.remainderUnsigned(request.seed(), letters))));
  }

  @Override
  public List<Chunk> extend(List<ChunkRequest> requests) {
    batches.add(List.copyOf(requests));
    return requests.stream().map(script).toList();
  }

  @Override
  public FlowPolicy snapshot() {
    snapshots.incrementAndGet();
    return this;
  }

  @Override
  public OptionalInt promptTokens(Problem problem) {
    return OptionalInt.of(problem.question().length());
  }

  public List<List<ChunkRequest>> batches() {
    return batches;
  }

  public int snapshots() {
    return snapshots.get();
  }
}
