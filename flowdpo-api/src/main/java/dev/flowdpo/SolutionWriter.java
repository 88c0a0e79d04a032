package dev.flowdpo;

import dev.flowdpo.answer.FinalAnswer;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.internal.FlowObserver;
import dev.flowdpo.policy.internal.FlowPath;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Writes the solutions of one batch while its rows grow, and tells the listeners. */
final class SolutionWriter implements FlowObserver {
  private final long begin = System.nanoTime();
  private final List<FlowListener> listeners;
  private final List<Draft> drafts;

  SolutionWriter(
      List<Problem> problems,
      FlowPolicy policy,
      List<FlowListener> flowListeners,
      FlowListener solveListener) {
    listeners = new ArrayList<>(flowListeners);
    listeners.add(solveListener);
    drafts = problems.stream().map(p -> new Draft(policy.promptTokens(p))).toList();
  }

  @Override
  public void onChunk(int row, PartialAnswer output, StopDecision decision) {
    Chunk written = output.lastChunk().orElseThrow();
    SolutionChunk chunk =
        SolutionChunk.of(
            written.tokens(),
            written.text(),
            written.logProbability(),
            decision.stopProbability(),
            written.endOfSequence());
    drafts.get(row).chunks.add(chunk);
    for (FlowListener listener : listeners) {
      listener.onChunk(output.problem(), output.depth() - 1, chunk);
    }
  }

  @Override
  public void onFinished(int row, FlowPath path) {
    Draft draft = drafts.get(row);
    int calls = draft.chunks.size();
    int generated = draft.chunks.stream().mapToInt(chunk -> chunk.tokens().length()).sum();
    Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
    String text = path.answer().text().strip();
    Solution solution =
        Solution.builder(
                path.answer().problem(),
                text,
                path.finishReason(),
                new Usage(draft.promptTokens, generated, calls, calls, elapsed))
            .chunks(draft.chunks)
            .finalAnswer(FinalAnswer.extract(text))
            .build();
    draft.solution = Optional.of(solution);
    for (FlowListener listener : listeners) {
      listener.onSolved(solution);
    }
  }

  /** Returns one solution per problem, once all rows are finished. */
  List<Solution> solutions() {
    return drafts.stream().map(draft -> draft.solution.orElseThrow()).toList();
  }

  private static final class Draft {
    private final OptionalInt promptTokens;
    private final List<SolutionChunk> chunks = new ArrayList<>();
    private Optional<Solution> solution = Optional.empty();

    private Draft(OptionalInt promptTokens) {
      this.promptTokens = promptTokens;
    }
  }
}
