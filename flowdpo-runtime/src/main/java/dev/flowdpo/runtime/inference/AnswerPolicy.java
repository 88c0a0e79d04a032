package dev.flowdpo.runtime.inference;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.ChunkWatcher;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.OptionalInt;

/**
 * The Answer model: the frozen base under the Answer adapter (Flow-DPO, section 3). A {@link
 * #snapshot} keeps the adapter as it is and remembers the keys and values of every partial answer
 * that is still in use, so that no token of a solve is read twice.
 *
 * <p>Thread-safe.
 */
public final class AnswerPolicy implements FlowPolicy {
  private final LiveSnapshot<AnswerSnapshot> live;

  /**
   * @param slot where the adapter is read when a snapshot is taken
   */
  public AnswerPolicy(FrozenBase base, Prompts prompts, Tokenizer tokenizer, AdapterSlot slot) {
    this(base, prompts, tokenizer, slot, new Prefill(base), new ChunkDecoder(base));
  }

  AnswerPolicy(
      FrozenBase base,
      Prompts prompts,
      Tokenizer tokenizer,
      AdapterSlot slot,
      Prefill prefill,
      ChunkDecoder decoder) {
    this.live =
        new LiveSnapshot<>(
            slot,
            adapter -> new AnswerSnapshot(base, prompts, tokenizer, adapter, prefill, decoder));
  }

  /** Extends under the adapter published last. */
  @Override
  public List<Chunk> extend(List<ChunkRequest> requests) {
    return snapshot().extend(requests);
  }

  /** Writes under the adapter published last. */
  @Override
  public List<Chunk> extend(List<ChunkRequest> requests, ChunkWatcher watcher) {
    return snapshot().extend(requests, watcher);
  }

  /** {@return one snapshot for each state of the adapter, so that its callers share calls} */
  @Override
  public FlowPolicy snapshot() {
    return live.current();
  }

  @Override
  public void forget(PartialAnswer answer) {
    live.current().forget(answer);
  }

  @Override
  public long cacheBytesPerToken() {
    return snapshot().cacheBytesPerToken();
  }

  @Override
  public boolean sharesCalls() {
    return true;
  }

  @Override
  public boolean sharesEngineTokens() {
    return true;
  }

  @Override
  public OptionalInt room(PartialAnswer answer) {
    return snapshot().room(answer);
  }

  @Override
  public OptionalInt promptTokens(Problem problem) {
    return snapshot().promptTokens(problem);
  }
}
