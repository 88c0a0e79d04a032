package dev.flowdpo.policy.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * The works that wait for rounds. Where more rows are ready than a round takes, the works give one
 * row each in turn, those under way first, so that a large work does not keep a small one waiting.
 * Not thread-safe.
 */
final class RowQueue {
  private final Deque<FlowWork> works = new ArrayDeque<>();

  void add(FlowWork work) {
    works.add(work);
  }

  /** Drops the works that have ended. */
  void dropEnded() {
    works.removeIf(FlowWork::isEnded);
  }

  boolean isEmpty() {
    return works.isEmpty();
  }

  /** Returns the number of rows that no round has taken yet. */
  int waiting() {
    return works.stream()
        .mapToInt(work -> (int) work.liveRows().stream().filter(row -> !row.started()).count())
        .sum();
  }

  /** Returns at most so many rows for a round. */
  List<FlowRow> take(int most) {
    List<List<FlowRow>> ready = works.stream().map(FlowWork::liveRows).toList();
    int all = ready.stream().mapToInt(List::size).sum();
    if (all <= most) {
      return ready.stream().flatMap(List::stream).toList();
    }
    Deque<Iterator<FlowRow>> turns = new ArrayDeque<>();
    for (List<FlowRow> rows : ready) {
      turns.add(rows.stream().sorted(Comparator.comparing(row -> !row.started())).iterator());
    }
    List<FlowRow> taken = new ArrayList<>(most);
    while (taken.size() < most) {
      Iterator<FlowRow> turn = turns.remove();
      if (turn.hasNext()) {
        taken.add(turn.next());
        turns.add(turn);
      }
    }
    works.add(works.remove());
    return taken;
  }
}
