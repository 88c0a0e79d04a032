package dev.flowdpo.policy.internal;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.value.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Drives a batch of partial answers to their ends: in every round one call of the policy extends
 * all live rows by a chunk, and one call of the judge decides on all of them (Flow-DPO, arXiv
 * 2410.22304, section 3.1).
 *
 * <p>A row that must differ from a given chunk and drew the same tokens is drawn again with another
 * seed in the next round, beside the others, and is dropped after {@value #MAX_REDRAWS} redraws.
 * Thread-safe.
 */
public final class FlowLoop {
  /** How often a row draws again before it is dropped. */
  public static final int MAX_REDRAWS = 4;

  private final FlowPolicy policy;
  private final StopJudge judge;
  private final FlowOptions options;

  /** Creates a loop; the policy and the judge are used as they are, so pass snapshots. */
  public FlowLoop(FlowPolicy policy, StopJudge judge, FlowOptions options) {
    this.policy = policy;
    this.judge = judge;
    this.options = options;
  }

  /**
   * Follows every start to its end.
   *
   * @return one path per start, in the same order; empty where the row was dropped
   * @throws FlowException if the policy or the judge does not answer every row
   */
  public List<Optional<FlowPath>> run(List<FlowStart> starts, FlowObserver observer) {
    List<Row> rows = new ArrayList<>(starts.size());
    for (FlowStart start : starts) {
      rows.add(new Row(rows.size(), start));
    }
    List<Row> live = rows;
    while (!live.isEmpty()) {
      List<Row> grown = extend(live);
      judge(grown, observer);
      live = live.stream().filter(Row::isLive).toList();
    }
    return rows.stream().map(row -> Optional.ofNullable(row.path)).toList();
  }

  /** Extends all rows by one call and returns those that grew. */
  private List<Row> extend(List<Row> live) {
    List<ChunkRequest> requests = live.stream().map(this::request).toList();
    List<Chunk> chunks = policy.extend(requests);
    checkCount("policy", policy, "chunk", requests.size(), chunks.size());
    List<Row> grown = new ArrayList<>(live.size());
    for (int i = 0; i < live.size(); i++) {
      if (live.get(i).accept(chunks.get(i))) {
        grown.add(live.get(i));
      }
    }
    return grown;
  }

  private ChunkRequest request(Row row) {
    long seed = row.start.seeds().seed(row.answer.depth(), row.redraws);
    return new ChunkRequest(row.answer, options.chunkSize(), options.sampling(), seed);
  }

  private void judge(List<Row> grown, FlowObserver observer) {
    if (grown.isEmpty()) {
      return;
    }
    List<PartialAnswer> answers = grown.stream().map(row -> row.answer).toList();
    List<StopDecision> decisions = judge.judge(answers);
    checkCount("judge", judge, "decision", answers.size(), decisions.size());
    for (int i = 0; i < grown.size(); i++) {
      Row row = grown.get(i);
      row.decide(decisions.get(i), options.maxChunks(), policy);
      observer.onChunk(row.index, row.answer, decisions.get(i));
      if (row.path != null) {
        observer.onFinished(row.index, row.path);
      }
    }
  }

  private static void checkCount(String role, Object model, String noun, int expected, int found) {
    if (found != expected) {
      throw new FlowException(
          "The %s %s: expected one %s per row of its batch, %d in all, found %d."
              .formatted(role, model.getClass().getName(), noun, expected, found));
    }
  }

  /** One path under way. */
  private static final class Row {
    private final int index;
    private final FlowStart start;
    private final List<StopDecision> decisions;
    private PartialAnswer answer;
    private int redraws;
    private @Nullable FlowPath path;

    private Row(int index, FlowStart start) {
      this.index = index;
      this.start = start;
      this.decisions = new ArrayList<>(start.decisions());
      this.answer = start.prefix();
    }

    private boolean isLive() {
      return path == null && redraws <= MAX_REDRAWS;
    }

    /** Appends the chunk and returns true, or returns false where it must be drawn again. */
    private boolean accept(Chunk chunk) {
      boolean first = answer == start.prefix();
      if (first && start.avoid().filter(a -> a.tokens().equals(chunk.tokens())).isPresent()) {
        redraws++;
        return false;
      }
      redraws = 0;
      answer = answer.append(chunk);
      return true;
    }

    private void decide(StopDecision decision, int maxChunks, FlowPolicy policy) {
      decisions.add(decision);
      if (decision.stop()) {
        path = new FlowPath(answer, decisions, FinishReason.STOPPED);
      } else if (answer.depth() >= maxChunks) {
        path = new FlowPath(answer, decisions, FinishReason.MAX_CHUNKS);
      } else if (policy.room(answer).orElse(1) < 1) {
        path = new FlowPath(answer, decisions, FinishReason.CONTEXT_FULL);
      }
    }
  }
}
