package dev.flowdpo.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

/** Losses that an application brings: of pairs without a derivative, of groups and of tokens. */
class OwnObjectiveTest {

  @Property
  void aLossOfTheMarginHasTheDerivativesOfTheOneWrittenOut(
      @ForAll @DoubleRange(min = 0.01, max = 5) double beta,
      @ForAll @DoubleRange(min = -50, max = 50) double chosen,
      @ForAll @DoubleRange(min = -50, max = 50) double rejected) {
    LogProbabilitySums sums = new LogProbabilitySums(chosen, rejected, -3, -4, 5, 6);
    ObjectiveValue expected = DpoObjective.sigmoid(beta).evaluate(sums);
    assertSame(DpoObjective.ofLogit(beta, Logistic::minusLogSigmoid).evaluate(sums), expected);
    assertSame(
        DpoObjective.ofRatios(beta, (won, lost) -> Logistic.minusLogSigmoid(won - lost))
            .evaluate(sums),
        expected);
    assertSame(
        DpoObjective.ofRatios(beta, (won, lost) -> Logistic.sigmoid(-won) + Logistic.sigmoid(lost))
            .evaluate(sums),
        DpoObjective.apoZero(beta).evaluate(sums));
  }

  private static void assertSame(ObjectiveValue found, ObjectiveValue expected) {
    double scale = 1 + Math.abs(expected.loss());
    assertThat(found.loss()).isCloseTo(expected.loss(), within(1e-12 * scale));
    assertThat(found.byPolicyChosen()).isCloseTo(expected.byPolicyChosen(), within(1e-11 * scale));
    assertThat(found.byPolicyRejected())
        .isCloseTo(expected.byPolicyRejected(), within(1e-11 * scale));
    assertThat(found.byReferenceChosen())
        .isCloseTo(expected.byReferenceChosen(), within(1e-11 * scale));
    assertThat(found.byReferenceRejected())
        .isCloseTo(expected.byReferenceRejected(), within(1e-11 * scale));
  }

  @Example
  void aPairIsAGroupOfTwoWhoseChosenCompletionComesFirst() {
    ScoredCompletion chosen =
        new ScoredCompletion(1, new float[] {-1, -0.5f}, new float[] {-2, -0.25f});
    ScoredCompletion rejected = new ScoredCompletion(0, new float[] {-3}, new float[] {-2.5f});
    DpoObjective objective = DpoObjective.ipo(0.2);
    ObjectiveValue pair = objective.evaluate(new LogProbabilitySums(-1.5, -3, -2.25, -2.5, 2, 1));

    GroupValue value = objective.evaluate(List.of(chosen, rejected));

    assertThat(value.loss()).isEqualTo(pair.loss());
    assertThat(value.derivatives())
        .isDeepEqualTo(new double[][] {{pair.byPolicyChosen()}, {pair.byPolicyRejected()}});
  }

  @Example
  void theChosenCompletionsLikelihoodJoinsAnyLoss() {
    List<ScoredCompletion> group =
        List.of(
            new ScoredCompletion(1, new float[] {-1, -2}, new float[] {-1, -1}),
            new ScoredCompletion(0, new float[] {-4}, new float[] {-2}));
    DpoObjective tokens =
        DpoObjective.ofTokens(g -> new GroupValue(7, new double[] {1, 2}, new double[] {3}));

    GroupValue value = tokens.withChosenNll(0.5).evaluate(group);

    assertThat(tokens.withChosenNll(0.5).tokenLevel()).isTrue();
    assertThat(value.loss()).isEqualTo(7 + 0.5 * 3 / 2);
    assertThat(value.derivatives()).isDeepEqualTo(new double[][] {{0.75, 1.75}, {3}});
  }

  @Example
  void aLossOfGroupsHasNoValueForSumsAlone() {
    DpoObjective objective = DpoObjective.ofCompletions(g -> GroupValue.ofCompletions(0, 0, 0));
    assertThat(objective.tokenLevel()).isFalse();
    assertThatThrownBy(() -> objective.evaluate(new LogProbabilitySums(-1, -2, -1, -2, 1, 1)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("evaluate(List)");
  }

  @Example
  void lossesOfPairsRefuseLargerGroups() {
    ScoredCompletion one = new ScoredCompletion(1, new float[] {-1}, new float[] {-1});
    assertThatThrownBy(() -> DpoObjective.paper().evaluate(List.of(one, one, one)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found a group of 3")
        .hasMessageContaining("DpoObjective.ofCompletions");
  }

  @Example
  void aCompletionHasAsManyScoresOfTheReferenceAsOfThePolicy() {
    assertThatThrownBy(() -> new ScoredCompletion(0, new float[2], new float[3]))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found 2 and 3");
    assertThatThrownBy(() -> new ScoredCompletion(0, new float[] {Float.NaN}, new float[1]))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("NaN");
  }
}
