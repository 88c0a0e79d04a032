package dev.flowdpo;

import dev.flowdpo.SolveFigures.Outcome;
import dev.flowdpo.answer.FinalAnswer;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.internal.FlowPath;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.TokenIds;
import dev.flowdpo.value.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Writes the solution of one problem while it grows, and tells who listens. Not thread-safe. */
final class SolutionWriter {
  private final long begin = System.nanoTime();
  private final Problem problem;
  private final OptionalInt promptTokens;
  private final List<FlowListener> listeners;
  private final FlowMonitors monitors;
  private final List<SolutionChunk> chunks = new ArrayList<>();
  private Optional<Solution> solution = Optional.empty();
  private Optional<Duration> firstText = Optional.empty();
  private int told;

  SolutionWriter(
      Problem problem,
      OptionalInt promptTokens,
      List<FlowListener> listeners,
      FlowMonitors monitors) {
    this.problem = problem;
    this.promptTokens = promptTokens;
    this.listeners = listeners;
    this.monitors = monitors;
  }

  /**
   * Tells what is new of the chunk that is being written.
   *
   * @param text the chunk's text so far
   */
  void text(int index, String text) {
    if (text.length() > told) {
      firstText = firstText.or(() -> Optional.of(elapsed()));
      String news = text.substring(told);
      told = text.length();
      listeners.forEach(listener -> listener.onText(problem, index, news));
    }
  }

  void chunk(PartialAnswer output, StopDecision decision) {
    Chunk written = output.lastChunk().orElseThrow();
    SolutionChunk chunk =
        SolutionChunk.of(
            written.hasTokens() ? written.tokens() : TokenIds.of(),
            written.text(),
            written.logProbability(),
            decision.stopProbability(),
            written.endOfSequence());
    int index = chunks.size();
    chunks.add(chunk);
    text(index, written.text());
    told = 0;
    listeners.forEach(listener -> listener.onChunk(problem, index, chunk));
  }

  void finished(FlowPath path) {
    Solution complete = solution(path.answer().text().strip(), path.finishReason());
    solution = Optional.of(complete);
    monitors.onSolve(() -> figures(Outcome.OK, Optional.empty()));
    listeners.forEach(listener -> listener.onSolved(complete));
  }

  /** Returns the solution; what there is of it where it is not complete. */
  Solution written() {
    return solution.orElseGet(
        () -> {
          StringBuilder text = new StringBuilder();
          chunks.forEach(chunk -> text.append(chunk.text()));
          return solution(text.toString().strip(), FinishReason.CANCELLED);
        });
  }

  boolean isFinished() {
    return solution.isPresent();
  }

  /** Returns what it came to so far. */
  SolveFigures figures(Outcome outcome, Optional<Throwable> failure) {
    Usage usage = solution.map(Solution::usage).orElseGet(this::usage);
    return new SolveFigures(outcome, usage, firstText, failure);
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private Usage usage() {
    int calls = chunks.size();
    int generated = chunks.stream().mapToInt(chunk -> chunk.tokens().length()).sum();
    return new Usage(promptTokens, generated, calls, calls, elapsed());
  }

  private Solution solution(String text, FinishReason reason) {
    return Solution.builder(problem, text, reason, usage())
        .chunks(chunks)
        .finalAnswer(FinalAnswer.extract(text))
        .build();
  }
}
