package dev.flowdpo.policy.internal;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

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
    works.forEach(FlowWork::completeIfDone);
    works.removeIf(FlowWork::isEnded);
  }

  /** Ends all works with a failure. */
  void fail(Throwable cause) {
    works.forEach(work -> work.fail(cause));
    works.clear();
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

  /** Returns the number of rows under way. */
  int underWay() {
    return works.stream()
        .mapToInt(work -> (int) work.liveRows().stream().filter(FlowRow::started).count())
        .sum();
  }

  /** Returns the memory of the rows under way. */
  long cacheBytes() {
    return works.stream()
        .flatMap(work -> work.liveRows().stream())
        .filter(FlowRow::started)
        .mapToLong(FlowRow::cacheBytes)
        .sum();
  }

  /**
   * Returns rows for a round.
   *
   * @param most how many at most
   * @param room the memory that rows which begin may take
   */
  List<FlowRow> take(int most, long room) {
    Deque<Iterator<FlowRow>> turns = new ArrayDeque<>();
    int all = 0;
    for (FlowWork work : works) {
      List<FlowRow> rows = work.liveRows();
      all += rows.size();
      turns.add(rows.stream().sorted(Comparator.comparing(row -> !row.started())).iterator());
    }
    if (all > most && !works.isEmpty()) {
      works.add(works.remove());
    }
    Set<FlowRow> taken = new HashSet<>();
    long left = room;
    while (taken.size() < most && !turns.isEmpty()) {
      Iterator<FlowRow> turn = turns.remove();
      if (turn.hasNext()) {
        FlowRow row = turn.next();
        long needed = row.started() ? 0 : row.cacheBytes();
        if (needed <= left) {
          left -= needed;
          taken.add(row);
          turns.add(turn);
        } // otherwise this work waits, and smaller ones may go on
      }
    }
    // Rows of one work stand together, as they do where all fit: calls then look the same.
    return works.stream()
        .flatMap(work -> work.liveRows().stream())
        .filter(taken::contains)
        .toList();
  }
}
