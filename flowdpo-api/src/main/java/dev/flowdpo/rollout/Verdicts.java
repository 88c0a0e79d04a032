package dev.flowdpo.rollout;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.internal.FlowObserver;
import dev.flowdpo.policy.internal.FlowPath;
import dev.flowdpo.value.FinishReason;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The verdicts on the answers of a batch of trees. Where the verifier is asked about one answer at
 * a time, an answer is judged as soon as it is complete, while others are still written; otherwise
 * all are judged together at the end. Used by the sampler's thread and, as an observer, by the one
 * that runs the rounds. Close it to give up what is not judged yet.
 */
final class Verdicts implements FlowObserver, AutoCloseable {
  private final Verifier verifier;
  private final Optional<VerificationQueue> queue;

  /** An answer and why it ends; one that is cut off is another than one that was stopped there. */
  private final IdentityHashMap<PartialAnswer, Map<FinishReason, CompletableFuture<Verdict>>>
      verdicts = new IdentityHashMap<>();

  Verdicts(Verifier verifier) {
    this.verifier = verifier;
    this.queue =
        verifier instanceof VerifierGuard guard ? guard.singleVerifications() : Optional.empty();
  }

  /** Takes a verdict that is known. */
  synchronized void put(FlowPath path, Verdict verdict) {
    ofAnswer(path.answer()).put(path.finishReason(), CompletableFuture.completedFuture(verdict));
  }

  @Override
  public void onFinished(int row, FlowPath path) {
    begin(path);
  }

  /** Begins to judge a complete answer, where that can be done alone. */
  synchronized void begin(FlowPath path) {
    queue.ifPresent(
        one ->
            ofAnswer(path.answer())
                .computeIfAbsent(path.finishReason(), reason -> one.add(attempt(path))));
  }

  /**
   * Judges what is not judged yet, in this order, and waits for all.
   *
   * @throws FlowException if this thread is interrupted; it stays interrupted
   */
  void finish(List<FlowPath> paths) {
    paths.forEach(this::begin);
    List<FlowPath> open = paths.stream().filter(path -> future(path).isEmpty()).toList();
    List<Verdict> all = VerifierCalls.all(verifier, open.stream().map(Verdicts::attempt).toList());
    for (int i = 0; i < open.size(); i++) {
      put(open.get(i), all.get(i));
    }
    var unused =
        VerifierGuard.ended(paths.stream().map(path -> future(path).orElseThrow()).toList());
  }

  /** Returns the verdict on the answer of one of the paths that are finished. */
  Verdict of(FlowPath path) {
    return future(path)
        .map(CompletableFuture::join)
        .orElseThrow(() -> new IllegalStateException("an answer that was not judged"));
  }

  private synchronized Optional<CompletableFuture<Verdict>> future(FlowPath path) {
    return Optional.ofNullable(ofAnswer(path.answer()).get(path.finishReason()));
  }

  private Map<FinishReason, CompletableFuture<Verdict>> ofAnswer(PartialAnswer answer) {
    return verdicts.computeIfAbsent(answer, key -> new EnumMap<>(FinishReason.class));
  }

  private static Attempt attempt(FlowPath path) {
    return Attempt.of(path.answer(), path.finishReason());
  }

  @Override
  public void close() {
    queue.ifPresent(VerificationQueue::close);
  }
}
