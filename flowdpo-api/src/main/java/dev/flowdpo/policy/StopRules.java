package dev.flowdpo.policy;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.FinalAnswer;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Judges without a model: rules over what has been written, for policies that no Stop model goes
 * with, and for comparisons. They stop with probability 1 or 0, work on the text alone, and can be
 * combined with each other and with other judges.
 *
 * <pre>{@code
 * StopJudge judge = StopRules.anyOf(StopRules.endOfText(), StopRules.answerUnchanged(2));
 * }</pre>
 *
 * Stateless and thread-safe, as are the judges.
 */
public final class StopRules {
  private StopRules() {}

  /** {@return a judge that stops where the predicate holds; the predicate is thread-safe} */
  public static StopJudge when(Predicate<PartialAnswer> finished) {
    return new Rule(Objects.requireNonNull(finished, "finished"));
  }

  /** {@return a judge that stops where the policy ended its text} */
  public static StopJudge endOfText() {
    return when(PartialAnswer::endedBySequenceEnd);
  }

  /**
   * {@return a judge that stops where the text has an answer with a mark, such as {@code
   * \\boxed{…}} or {@code ####}; an answer at a chunk's very end may go on in the next chunk}
   */
  public static StopJudge answerPresent() {
    return when(answer -> AnswerExtractor.marked().extract(answer.text()).isPresent());
  }

  /**
   * Returns a judge that stops where the {@link FinalAnswer} of the text is the same as it was
   * after each of the chunks before.
   *
   * @param chunks for how many chunks it must not have changed, at least 1
   * @throws InvalidInputException if it is below 1
   */
  public static StopJudge answerUnchanged(int chunks) {
    Require.atLeast(1, "chunks", chunks);
    return when(answer -> unchanged(answer, chunks));
  }

  /**
   * Returns a judge that stops after so many chunks, whatever they say.
   *
   * @param chunks the limit, at least 1
   * @throws InvalidInputException if it is below 1
   */
  public static StopJudge afterChunks(int chunks) {
    Require.atLeast(1, "chunks", chunks);
    return when(answer -> answer.depth() >= chunks);
  }

  /**
   * {@return a judge that stops where one of these does, with the highest of their probabilities}
   */
  public static StopJudge anyOf(StopJudge... judges) {
    return new Combination(List.of(judges), false);
  }

  /** {@return a judge that stops where all of these do, with the lowest of their probabilities} */
  public static StopJudge allOf(StopJudge... judges) {
    return new Combination(List.of(judges), true);
  }

  private static boolean unchanged(PartialAnswer answer, int chunks) {
    Optional<String> found = FinalAnswer.extract(answer.text());
    PartialAnswer earlier = answer;
    for (int i = 0; i < chunks && found.isPresent(); i++) {
      earlier = earlier.parent().orElse(earlier);
      if (!FinalAnswer.extract(earlier.text()).equals(found) || earlier.depth() == 0) {
        return false;
      }
    }
    return found.isPresent();
  }

  /** Reads no ids and costs nothing, so that it goes with every policy. */
  private record Rule(Predicate<PartialAnswer> finished) implements StopJudge {
    @Override
    public List<StopDecision> judge(List<PartialAnswer> partials) {
      return partials.stream()
          .map(finished::test)
          .map(stop -> new StopDecision(stop, stop ? 1 : 0))
          .toList();
    }

    @Override
    public boolean sharesCalls() {
      return true;
    }

    @Override
    public boolean sharesEngineTokens() {
      return true;
    }
  }

  private record Combination(List<StopJudge> judges, boolean all) implements StopJudge {
    Combination {
      if (judges.isEmpty()) {
        throw new InvalidInputException("judges: expected at least one to combine, found none.");
      }
    }

    @Override
    public List<StopDecision> judge(List<PartialAnswer> partials) {
      List<List<StopDecision>> each = judges.stream().map(judge -> judge.judge(partials)).toList();
      return IntStream.range(0, partials.size())
          .mapToObj(row -> each.stream().map(of -> of.get(row)).reduce(this::combine).orElseThrow())
          .toList();
    }

    private StopDecision combine(StopDecision one, StopDecision other) {
      double p = one.stopProbability();
      double q = other.stopProbability();
      return all
          ? new StopDecision(one.stop() && other.stop(), Math.min(p, q))
          : new StopDecision(one.stop() || other.stop(), Math.max(p, q));
    }

    @Override
    public boolean sharesCalls() {
      return judges.stream().allMatch(StopJudge::sharesCalls);
    }

    @Override
    public StopJudge snapshot() {
      return new Combination(judges.stream().map(StopJudge::snapshot).toList(), all);
    }

    @Override
    public void forget(PartialAnswer answer) {
      judges.forEach(judge -> judge.forget(answer));
    }

    @Override
    public boolean sharesEngineTokens() {
      return judges.stream().allMatch(StopJudge::sharesEngineTokens);
    }
  }
}
