package dev.flowdpo.policy.internal;

import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one caller wants followed to its end: the rows of a solve, or of a learner's rollouts. It
 * ends once: with the paths of all rows, with an exception, or by {@link #cancel}. Thread-safe.
 */
public final class FlowWork {
  private final FlowPolicy policy;
  private final StopJudge judge;
  private final FlowOptions options;
  private final FlowObserver observer;
  private final int stride;
  private final List<FlowRow> rows;
  private final CompletableFuture<List<Optional<FlowPath>>> done = new CompletableFuture<>();
  private volatile @Nullable WantedCall call;

  /**
   * Creates work that nothing runs yet.
   *
   * @param policy used as it is, so pass a snapshot
   * @param judge used as it is, so pass a snapshot
   * @param starts where the rows begin
   * @param observer called by the thread that runs the rounds
   * @param stride the most tokens between two calls of {@link FlowObserver#onText}
   */
  public FlowWork(
      FlowPolicy policy,
      StopJudge judge,
      FlowOptions options,
      List<FlowStart> starts,
      FlowObserver observer,
      int stride) {
    this.policy = policy;
    this.judge = judge;
    this.options = options;
    this.observer = observer;
    this.stride = stride;
    List<FlowRow> rows = new ArrayList<>(starts.size());
    for (FlowStart start : starts) {
      rows.add(new FlowRow(this, rows.size(), start));
    }
    this.rows = List.copyOf(rows);
  }

  FlowPolicy policy() {
    return policy;
  }

  StopJudge judge() {
    return judge;
  }

  FlowOptions options() {
    return options;
  }

  FlowObserver observer() {
    return observer;
  }

  int stride() {
    return stride;
  }

  /** {@return the number of rows} */
  public int size() {
    return rows.size();
  }

  List<FlowRow> liveRows() {
    return rows.stream().filter(FlowRow::isLive).toList();
  }

  /** Has something done at the end, with the failure if it is one, on the thread that ends it. */
  public void whenEnded(Consumer<Optional<Throwable>> action) {
    var unused = done.whenComplete((paths, failure) -> action.accept(Optional.ofNullable(failure)));
  }

  /** {@return one path per start, in the same order; empty where the row was dropped} */
  public Future<List<Optional<FlowPath>>> done() {
    return done;
  }

  /** {@return whether nothing more is done for it} */
  public boolean isEnded() {
    return done.isDone();
  }

  /**
   * Gives up: its rows end with the chunk under way, whose call ends early if no other needs it.
   */
  public void cancel() {
    done.cancel(false);
    checkCall();
  }

  void fail(Throwable cause) {
    done.completeExceptionally(cause);
    checkCall();
  }

  /** Completes the work if all rows are at their ends. */
  void completeIfDone() {
    if (!done.isDone() && rows.stream().noneMatch(FlowRow::isLive)) {
      done.complete(rows.stream().map(FlowRow::path).toList());
    }
  }

  /** Says which call works for it now. */
  void calledBy(@Nullable WantedCall current) {
    call = current;
  }

  private void checkCall() {
    WantedCall current = call;
    if (current != null) {
      current.check();
    }
  }
}
