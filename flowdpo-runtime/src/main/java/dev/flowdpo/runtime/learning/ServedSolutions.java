package dev.flowdpo.runtime.learning;

import dev.flowdpo.answer.FinalAnswer;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Solutions as paths of a tree, and back. Which version of the adapters wrote a solution does not
 * matter: training computes the log-probabilities of its tokens itself, under the adapters as they
 * then are. Immutable and thread-safe.
 */
final class ServedSolutions {
  private final Tokenizer tokenizer;
  private final FlowPolicy policy;
  private final int vocabulary;

  /**
   * @param policy tells how long prompts are
   * @param vocabulary the number of the engine's token ids
   */
  ServedSolutions(Tokenizer tokenizer, FlowPolicy policy, int vocabulary) {
    this.tokenizer = tokenizer;
    this.policy = policy;
    this.vocabulary = vocabulary;
  }

  /**
   * Returns a solution as the path it took.
   *
   * @throws InvalidInputException if it is not complete, its verdict is unknown, or its token ids
   *     are not the engine's
   */
  Branch path(Solution solution, Verdict verdict) {
    String id = solution.problem().id();
    if (!verdict.known()) {
      throw new InvalidInputException(
          "feedback on problem %s: expected a verdict that is known, found %s"
              .formatted(id, verdict));
    }
    if (solution.chunks().isEmpty()) {
      throw new InvalidInputException(
          "feedback on problem %s: expected a solution with its chunks as the flow returned it,"
                  .formatted(id)
              + " found one without any");
    }
    List<StopDecision> decisions = new ArrayList<>();
    PartialAnswer answer = PartialAnswer.start(solution.problem());
    int last = solution.chunks().size() - 1;
    for (int i = 0; i <= last; i++) {
      SolutionChunk chunk = solution.chunks().get(i);
      checkTokens(answer, chunk, i);
      answer = answer.append(Chunk.of(chunk));
      // Only the decision after the last chunk can have been to stop.
      boolean stop = i == last && solution.finishReason() == FinishReason.STOPPED;
      decisions.add(new StopDecision(stop, chunk.stopProbability()));
    }
    return new Branch(answer, decisions, solution.finishReason(), verdict);
  }

  private void checkTokens(PartialAnswer before, SolutionChunk chunk, int index) {
    String id = before.problem().id();
    if (chunk.tokens().isEmpty()) {
      throw new InvalidInputException(
          "feedback on problem %s: chunk %d: expected token ids of the engine's model, found the text alone; another model wrote it"
              .formatted(id, index));
    }
    int[] tokens = chunk.contentTokens().toArray();
    for (int token : chunk.tokens().toArray()) {
      if (token < 0 || token >= vocabulary) {
        throw new InvalidInputException(
            ("feedback on problem %s: chunk %d: expected token ids of the engine's model, below %d,"
                    + " found %d; another model wrote it")
                .formatted(id, index, vocabulary, token));
      }
    }
    String text = tokenizer.decodeContinuation(before.contentTokens().toArray(), tokens);
    if (!text.equals(chunk.text())) {
      throw new InvalidInputException(
          ("feedback on problem %s: chunk %d: expected token ids of the engine's model, whose text"
                  + " is \"%s\", found ids of \"%s\"; another model wrote it, or its text was"
                  + " changed")
              .formatted(id, index, chunk.text(), text));
    }
  }

  /** Returns a path as a solution; its usage has no time, which a group does not share out. */
  Solution solution(Branch path) {
    List<SolutionChunk> chunks = new ArrayList<>();
    int generated = 0;
    for (int i = 0; i < path.decisions().size(); i++) {
      Chunk chunk = path.answer().chunks().get(i);
      generated += chunk.tokens().length();
      chunks.add(
          SolutionChunk.of(
              chunk.tokens(),
              chunk.text(),
              chunk.logProbability(),
              path.decisions().get(i).stopProbability(),
              chunk.endOfSequence()));
    }
    int calls = chunks.size();
    Usage usage =
        new Usage(
            policy.promptTokens(path.answer().problem()), generated, calls, calls, Duration.ZERO);
    return Solution.builder(path.answer().problem(), path.text(), path.finishReason(), usage)
        .chunks(chunks)
        .finalAnswer(FinalAnswer.extract(path.text()))
        .build();
  }
}
