package dev.flowdpo.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link StopJudge} keeps: a decision depends on its own partial answer only, never on
 * the other rows, on what ran before or on what runs beside it; decisions come one per answer, in
 * order; snapshots do not change.
 *
 * <p>Decisions must agree exactly, probabilities, whose last digits depend on the shape of a batch,
 * within {@link #tolerance()}.
 */
@Timeout(600)
public abstract class StopJudgeContract {
  private static final int MANY = 65;

  /** Creates the tests. */
  protected StopJudgeContract() {}

  /** {@return the judge under test; the same or an equal one at each call within one test} */
  protected abstract StopJudge judge();

  /**
   * {@return partial answers in tokens that the judge can read, at least two, each with at least
   * one chunk}
   */
  protected abstract List<PartialAnswer> answers();

  /**
   * {@return what changes the judge as a learner does, so that it gives other probabilities
   * afterwards; by default empty, for a judge that never learns}
   */
  protected Optional<Runnable> update() {
    return Optional.empty();
  }

  /** {@return by how much probabilities of equal decisions may differ; by default 0.0001} */
  protected double tolerance() {
    return 1e-4;
  }

  @Test
  void givesOneDecisionPerAnswerInOrder() {
    List<PartialAnswer> answers = answers();
    assertThat(answers).hasSizeGreaterThanOrEqualTo(2);
    List<StopDecision> decisions = judge().judge(answers);
    assertThat(decisions).hasSameSizeAs(answers);
    List<PartialAnswer> reversed = new ArrayList<>(answers);
    Collections.reverse(reversed);
    List<StopDecision> back = new ArrayList<>(judge().judge(reversed));
    Collections.reverse(back);
    assertSame(back, decisions);
  }

  @Test
  void aRowDoesNotDependOnTheOthers() {
    List<PartialAnswer> answers = answers();
    assertSame(alone(judge(), answers), judge().judge(answers));
  }

  @Test
  void judgesTheSameAnswerTheSameWayAgain() {
    List<PartialAnswer> answers = answers();
    assertSame(judge().judge(answers), judge().judge(answers));
  }

  @Test
  void aCopyOfAnAnswerIsJudgedLikeTheAnswer() {
    List<PartialAnswer> answers = answers();
    List<StopDecision> expected = judge().judge(answers);
    assertSame(judge().judge(answers.stream().map(StopJudgeContract::copy).toList()), expected);
  }

  @Test
  void aBatchMayHaveAnySize() {
    List<PartialAnswer> few = answers();
    List<PartialAnswer> many =
        IntStream.range(0, MANY).mapToObj(i -> few.get(i % few.size())).toList();
    List<StopDecision> expected = judge().judge(few);
    List<StopDecision> found = judge().judge(many);
    assertThat(found).hasSize(MANY);
    for (int i = 0; i < MANY; i++) {
      assertSame(found.subList(i, i + 1), List.of(expected.get(i % few.size())));
    }
  }

  @Test
  void concurrentCallsGiveWhatSingleOnesGive() {
    List<PartialAnswer> answers = answers();
    List<StopDecision> expected = alone(judge(), answers);
    List<Supplier<List<StopDecision>>> calls = new ArrayList<>();
    for (int i = 0; i < 4 * answers.size(); i++) {
      List<PartialAnswer> one = List.of(answers.get(i % answers.size()));
      calls.add(() -> judge().judge(one));
    }
    List<List<StopDecision>> found = Concurrently.run(calls);
    for (int i = 0; i < found.size(); i++) {
      assertSame(found.get(i), List.of(expected.get(i % answers.size())));
    }
  }

  @Test
  void aSnapshotDecidesLikeTheJudgeAndDoesNotChange() {
    StopJudge snapshot = judge().snapshot();
    List<PartialAnswer> answers = answers();
    List<StopDecision> before = snapshot.judge(answers);
    assertSame(before, judge().judge(answers));
    update()
        .ifPresent(
            update -> {
              update.run();
              assertThat(judge().judge(answers))
                  .as("decisions of the live judge after the update")
                  .isNotEqualTo(before);
              assertSame(snapshot.judge(answers), before);
              assertSame(snapshot.snapshot().judge(answers), before);
            });
  }

  private static List<StopDecision> alone(StopJudge judge, List<PartialAnswer> answers) {
    return answers.stream().map(answer -> judge.judge(List.of(answer)).get(0)).toList();
  }

  private static PartialAnswer copy(PartialAnswer answer) {
    PartialAnswer copy = PartialAnswer.start(answer.problem());
    for (Chunk chunk : answer.chunks()) {
      copy = copy.append(chunk);
    }
    return copy;
  }

  private void assertSame(List<StopDecision> found, List<StopDecision> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).stop()).as("decision of row %d", i).isEqualTo(expected.get(i).stop());
      assertThat(found.get(i).stopProbability())
          .as("probability of row %d", i)
          .isEqualTo(expected.get(i).stopProbability(), within(tolerance()));
    }
  }
}
