package dev.flowdpo.policy.internal;

import com.google.common.base.Equivalence;
import com.google.common.collect.Multimaps;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * One round over rows of any callers: every policy extends its rows by a chunk in one call, and
 * every judge decides on its rows in one call (Flow-DPO, arXiv 2410.22304, section 3.1). A call
 * that fails is repeated for each caller alone, so that nobody fails for another's rows; seeds make
 * the repetition give the same chunks.
 */
final class FlowRound {
  private FlowRound() {}

  /** Grows the rows, and ends the works that are complete or that failed. */
  static void run(List<FlowRow> rows) {
    List<FlowRow> grown = new ArrayList<>();
    for (List<FlowRow> part : apart(rows, row -> row.work().policy())) {
      grown.addAll(isolated(part, FlowRound::extend));
    }
    List<FlowRow> wanted = grown.stream().filter(FlowRow::isLive).toList();
    for (List<FlowRow> part : apart(wanted, row -> row.work().judge())) {
      isolated(part, FlowRound::judge);
    }
    rows.stream().map(FlowRow::work).distinct().forEach(FlowWork::completeIfDone);
  }

  /** Puts rows with the same model together, in order. */
  private static List<List<FlowRow>> apart(List<FlowRow> rows, Function<FlowRow, Object> model) {
    Collection<Collection<FlowRow>> parts =
        Multimaps.index(rows, row -> Equivalence.identity().wrap(model.apply(row)))
            .asMap()
            .values();
    return parts.stream().map(List::copyOf).toList();
  }

  private static List<FlowRow> isolated(
      List<FlowRow> rows, Function<List<FlowRow>, List<FlowRow>> call) {
    try {
      return call.apply(rows);
    } catch (RuntimeException | Error e) {
      List<List<FlowRow>> callers = apart(rows, FlowRow::work);
      if (callers.size() == 1) {
        rows.get(0).work().fail(e);
        return List.of();
      }
      return callers.stream()
          .filter(part -> !part.get(0).work().isEnded())
          .flatMap(part -> isolated(part, call).stream())
          .toList();
    }
  }

  /** Returns the rows that grew; the others must be drawn again. */
  private static List<FlowRow> extend(List<FlowRow> rows) {
    FlowPolicy policy = rows.get(0).work().policy();
    List<ChunkRequest> requests = rows.stream().map(FlowRow::request).toList();
    WantedCall call = new WantedCall(rows);
    List<Chunk> chunks;
    try {
      chunks = policy.extend(requests, call);
    } finally {
      call.over();
    }
    checkCount("policy", policy, "chunk", requests.size(), chunks.size());
    List<FlowRow> grown = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      if (!rows.get(i).work().isEnded() && rows.get(i).accept(chunks.get(i))) {
        grown.add(rows.get(i));
      }
    }
    return grown;
  }

  private static List<FlowRow> judge(List<FlowRow> rows) {
    StopJudge judge = rows.get(0).work().judge();
    List<PartialAnswer> answers = rows.stream().map(FlowRow::answer).toList();
    List<StopDecision> decisions = judge.judge(answers);
    checkCount("judge", judge, "decision", answers.size(), decisions.size());
    for (int i = 0; i < rows.size(); i++) {
      try {
        rows.get(i).decide(decisions.get(i));
      } catch (RuntimeException | Error e) {
        rows.get(i).work().fail(e);
      }
    }
    return rows;
  }

  private static void checkCount(String role, Object model, String noun, int expected, int found) {
    if (found != expected) {
      throw new FlowException(
          "The %s %s: expected one %s per row of its batch, %d in all, found %d."
              .formatted(role, model.getClass().getName(), noun, expected, found));
    }
  }
}
