package dev.flowdpo.policy.internal;

import dev.flowdpo.policy.ChunkWatcher;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** One call of a policy for rows of several callers: wanted as long as one of them waits. */
final class WantedCall implements ChunkWatcher {
  private static final Runnable NOTHING = () -> {};

  private final List<FlowRow> rows;
  private final int stride;
  private final AtomicReference<Runnable> abort = new AtomicReference<>(NOTHING);

  WantedCall(List<FlowRow> rows) {
    this.rows = rows;
    this.stride = rows.stream().mapToInt(row -> row.work().stride()).min().orElseThrow();
    rows.forEach(row -> row.work().calledBy(this));
  }

  @Override
  public int stride() {
    return stride;
  }

  @Override
  public void onText(int row, String text) {
    FlowRow one = rows.get(row);
    one.work().observer().onText(one.index(), one.answer(), text);
  }

  @Override
  public boolean isWanted(int row) {
    return !rows.get(row).work().isEnded();
  }

  @Override
  public void onUnwanted(Runnable abort) {
    this.abort.set(abort);
    check();
  }

  void check() {
    if (rows.stream().allMatch(row -> row.work().isEnded())) {
      abort.getAndSet(NOTHING).run();
    }
  }

  void over() {
    rows.forEach(row -> row.work().calledBy(null));
  }
}
