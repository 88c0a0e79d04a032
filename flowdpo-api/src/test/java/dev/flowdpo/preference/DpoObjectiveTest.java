package dev.flowdpo.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values worked out by hand, and the refusal of bad settings. */
class DpoObjectiveTest {
  private static final Offset<Double> EXACT = within(1e-12);
  private static final double LN2 = Math.log(2);

  /** h = ln 3, so that σ(h) = 3/4: chosen ratio ln 3, rejected ratio 0. */
  private static final LogProbabilitySums LN3 =
      new LogProbabilitySums(-1, -2, -1 - Math.log(3), -2, 2, 4);

  @Test
  void sigmoid() {
    ObjectiveValue value = DpoObjective.sigmoid(1).evaluate(LN3);
    assertThat(value.loss()).isEqualTo(Math.log(4.0 / 3), EXACT);
    assertThat(value.byPolicyChosen()).isEqualTo(-0.25, EXACT);
    assertThat(value.byPolicyRejected()).isEqualTo(0.25, EXACT);
    assertThat(value.byReferenceChosen()).isEqualTo(0.25, EXACT);
    assertThat(value.byReferenceRejected()).isEqualTo(-0.25, EXACT);
  }

  @Test
  void sigmoidStartsAtLogTwoWithSlopeHalfBeta() {
    ObjectiveValue value =
        DpoObjective.sigmoid(0.3).evaluate(new LogProbabilitySums(-7, -9, -7, -9, 3, 5));
    assertThat(value.loss()).isEqualTo(LN2, EXACT);
    assertThat(value.byPolicyChosen()).isEqualTo(-0.15, EXACT);
  }

  @Test
  void sigmoidFarOutIsLinearOnOneSideAndFlatOnTheOther() {
    ObjectiveValue wrong = DpoObjective.sigmoid(1).evaluate(logit(-1e4));
    assertThat(wrong.loss()).isEqualTo(1e4);
    assertThat(wrong.byPolicyChosen()).isEqualTo(-1);
    ObjectiveValue right = DpoObjective.sigmoid(1).evaluate(logit(1e4));
    assertThat(right.loss()).isEqualTo(0);
    assertThat(right.byPolicyChosen()).isEqualTo(0);
    // Where 1 − σ has lost all its digits, e^−40 has not.
    assertThat(DpoObjective.sigmoid(1).evaluate(logit(40)).loss())
        .isEqualTo(Math.exp(-40), within(1e-30));
  }

  @Test
  void conservative() {
    ObjectiveValue value = DpoObjective.sigmoid(1, 0.2).evaluate(LN3);
    assertThat(value.loss()).isEqualTo(0.8 * Math.log(4.0 / 3) + 0.2 * Math.log(4), EXACT);
    // −0.8 · 1/4 + 0.2 · 3/4
    assertThat(value.byPolicyChosen()).isEqualTo(-0.05, EXACT);
  }

  @Test
  void robust() {
    ObjectiveValue value = DpoObjective.robust(1, 0.2).evaluate(LN3);
    assertThat(value.loss()).isEqualTo((0.8 * Math.log(4.0 / 3) - 0.2 * Math.log(4)) / 0.6, EXACT);
    // (−0.8 · 1/4 − 0.2 · 3/4) / 0.6
    assertThat(value.byPolicyChosen()).isEqualTo(-0.35 / 0.6, EXACT);
  }

  @Test
  void hinge() {
    ObjectiveValue inside = DpoObjective.hinge(0.5).evaluate(logit(1));
    assertThat(inside.loss()).isEqualTo(0.5, EXACT);
    assertThat(inside.byPolicyChosen()).isEqualTo(-0.5, EXACT);
    assertThat(inside.byReferenceChosen()).isEqualTo(0.5, EXACT);
    assertThat(DpoObjective.hinge(0.5).evaluate(logit(3)))
        .usingRecursiveComparison()
        .withComparatorForType((a, b) -> Double.compare(a + 0.0, b + 0.0), Double.class)
        .isEqualTo(new ObjectiveValue(0, 0, 0, 0, 0));
  }

  @Test
  void ipoAveragesOverTokens() {
    // Ratios 4 over 2 tokens and 4 over 4 tokens: h̄ = 2 − 1 = 1; 1 / (2 β) = 2.
    ObjectiveValue value =
        DpoObjective.ipo(0.25).evaluate(new LogProbabilitySums(-1, -2, -5, -6, 2, 4));
    assertThat(value.loss()).isEqualTo(1, EXACT);
    assertThat(value.byPolicyChosen()).isEqualTo(-1, EXACT);
    assertThat(value.byPolicyRejected()).isEqualTo(0.5, EXACT);
    assertThat(value.byReferenceChosen()).isEqualTo(1, EXACT);
    assertThat(value.byReferenceRejected()).isEqualTo(-0.5, EXACT);
  }

  @Test
  void apoZeroTreatsEachCompletionForItself() {
    ObjectiveValue value = DpoObjective.apoZero(1).evaluate(LN3);
    // 1 − 3/4 + 1/2; slopes σ' = 3/16 and 1/4
    assertThat(value.loss()).isEqualTo(0.75, EXACT);
    assertThat(value.byPolicyChosen()).isEqualTo(-3.0 / 16, EXACT);
    assertThat(value.byPolicyRejected()).isEqualTo(0.25, EXACT);
  }

  @Test
  void theLengthNormalisedLossReadsMeansOverTokens() {
    // Mean log-ratios 6 / 2 = 3 and 8 / 4 = 2: h̄ = 1, and σ(−ln 3) = 1/4
    double beta = Math.log(3);
    ObjectiveValue value =
        DpoObjective.lengthNormalised(beta).evaluate(new LogProbabilitySums(-2, -8, -8, -16, 2, 4));
    assertThat(value.loss()).isEqualTo(Math.log(4.0 / 3), EXACT);
    assertThat(value.byPolicyChosen()).isEqualTo(-beta / 4 / 2, EXACT);
    assertThat(value.byPolicyRejected()).isEqualTo(beta / 4 / 4, EXACT);
  }

  @Test
  void simPoHasNoReference() {
    // Means −1 and −2; 2 · (−1 + 2) − 2 = 0
    ObjectiveValue value =
        DpoObjective.simPo(2, 2).evaluate(new LogProbabilitySums(-2, -8, -55, -66, 2, 4));
    assertThat(value.loss()).isEqualTo(LN2, EXACT);
    assertThat(value.byPolicyChosen()).isEqualTo(-0.5, EXACT);
    assertThat(value.byPolicyRejected()).isEqualTo(0.25, EXACT);
    assertThat(value.byReferenceChosen()).isZero();
    assertThat(value.byReferenceRejected()).isZero();
  }

  @Test
  void chosenNll() {
    ObjectiveValue value = DpoObjective.sigmoid(1).withChosenNll(0.5).evaluate(LN3);
    assertThat(value.loss()).isEqualTo(Math.log(4.0 / 3) + 0.5 * 1 / 2, EXACT);
    assertThat(value.byPolicyChosen()).isEqualTo(-0.25 - 0.25, EXACT);
    assertThat(DpoObjective.hinge(0.7).withChosenNll(0.5).beta()).isEqualTo(0.7);
  }

  @Test
  void theDefaultIsThePapers() {
    assertThat(DpoObjective.paper()).isEqualTo(DpoObjective.sigmoid(1.0));
  }

  @Test
  void anApplicationsOwnObjectiveNeedsOneMethodAndGetsTheNllTerm() {
    DpoObjective own = s -> new ObjectiveValue(-s.logit(), -1, 1, 1, -1);
    ObjectiveValue value = own.withChosenNll(2).evaluate(LN3);
    assertThat(value.loss()).isEqualTo(-Math.log(3) + 1, EXACT);
    assertThat(value.byPolicyChosen()).isEqualTo(-2, EXACT);
    assertThat(own.beta()).isEqualTo(1);
  }

  @Test
  void namesAreForgiving() {
    assertThat(DpoObjective.named("sigmoid", 0.1)).isEqualTo(DpoObjective.sigmoid(0.1));
    assertThat(DpoObjective.named("cdpo", 0.1)).isEqualTo(DpoObjective.sigmoid(0.1, 0.1));
    assertThat(DpoObjective.named("Hinge", 1)).isEqualTo(DpoObjective.hinge(1));
    assertThat(DpoObjective.named("sigmoid_norm", 5)).isEqualTo(DpoObjective.lengthNormalised(5));
    assertThat(DpoObjective.named("IPO", 1)).isEqualTo(DpoObjective.ipo(1));
    assertThat(DpoObjective.named("robust", 1)).isEqualTo(DpoObjective.robust(1, 0.1));
    assertThat(DpoObjective.named("APO_zero", 1)).isEqualTo(DpoObjective.apoZero(1));
    assertThat(DpoObjective.named("apo-zero", 1)).isEqualTo(DpoObjective.apoZero(1));
    assertThat(DpoObjective.named(" SimPO ", 2)).isEqualTo(DpoObjective.simPo(2, 1));
    assertThat(DpoObjective.named("SFT", 2)).isEqualTo(DpoObjective.supervised());
  }

  @Test
  void anUnknownNameIsRefusedWithTheList() {
    assertThatThrownBy(() -> DpoObjective.named("kto", 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("apo-zero")
        .hasMessageContaining("\"kto\"");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void everyObjectiveRefusesABadBeta(double beta) {
    for (String name :
        List.of("sigmoid", "sigmoid-norm", "cdpo", "hinge", "ipo", "robust", "apo-zero", "simpo")) {
      assertThatThrownBy(() -> DpoObjective.named(name, beta))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("beta: expected")
          .hasMessageContaining(Double.toString(beta));
    }
  }

  @Test
  void otherBadSettingsAreRefused() {
    assertRefused(() -> DpoObjective.sigmoid(1, 0.5), "labelSmoothing");
    assertRefused(() -> DpoObjective.sigmoid(1, -0.1), "labelSmoothing");
    assertRefused(() -> DpoObjective.robust(1, 0.5), "flipProbability");
    assertRefused(() -> DpoObjective.simPo(1, -1), "gamma");
    assertRefused(() -> DpoObjective.sigmoid(1).withChosenNll(-1), "weight");
  }

  @Test
  void sumsAreCheckedAndCombined() {
    assertRefused(() -> new LogProbabilitySums(Double.NaN, 0, 0, 0, 1, 1), "policyChosen");
    assertRefused(
        () -> new LogProbabilitySums(0, 0, 0, Double.NEGATIVE_INFINITY, 1, 1), "referenceRejected");
    assertRefused(() -> new LogProbabilitySums(0, 0, 0, 0, 0, 1), "chosenLength");
    LogProbabilitySums sums = new LogProbabilitySums(-1, -2, -4, -8, 1, 1);
    assertThat(sums.chosenLogRatio()).isEqualTo(3);
    assertThat(sums.rejectedLogRatio()).isEqualTo(6);
    assertThat(sums.logit()).isEqualTo(-3);
  }

  private static void assertRefused(Runnable making, String name) {
    assertThatThrownBy(making::run)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(name);
  }

  private static LogProbabilitySums logit(double h) {
    return new LogProbabilitySums(h, 0, 0, 0, 1, 1);
  }
}
