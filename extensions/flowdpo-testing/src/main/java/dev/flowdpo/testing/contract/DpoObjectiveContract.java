package dev.flowdpo.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.ObjectiveValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link DpoObjective} of pairs keeps: its derivatives are those of its loss, everything
 * stays finite for |h| up to 10,000, and it is a pure function, also when called from many threads.
 */
@Timeout(600)
public abstract class DpoObjectiveContract {
  private static final double STEP = 1e-4;
  private static final int CASES = 500;

  /** Creates the tests. */
  protected DpoObjectiveContract() {}

  /** {@return the objective under test} */
  protected abstract DpoObjective objective();

  /**
   * Says whether the loss has a derivative at and right around this place; at a kink, such as that
   * of a hinge, finite differences and a derivative need not agree.
   *
   * @param sums where
   * @return by default true
   */
  protected boolean smoothAt(LogProbabilitySums sums) {
    return true;
  }

  @Test
  void derivativesAreThoseOfTheLoss() {
    int compared = 0;
    for (LogProbabilitySums s : cases()) {
      if (smoothAt(s)) {
        ObjectiveValue value = objective().evaluate(s);
        assertSlope("chosen", value.byPolicyChosen(), x -> loss(s, x, 0, 0, 0));
        assertSlope("rejected", value.byPolicyRejected(), x -> loss(s, 0, x, 0, 0));
        assertSlope("reference's chosen", value.byReferenceChosen(), x -> loss(s, 0, 0, x, 0));
        assertSlope("reference's rejected", value.byReferenceRejected(), x -> loss(s, 0, 0, 0, x));
        compared++;
      }
    }
    assertThat(compared).as("places where the loss is smooth").isGreaterThan(CASES / 2);
  }

  @Test
  void everythingIsFiniteForLogitsOfTenThousand() {
    double[] ratios = {-1e4, -5e3, -100, -1, -1e-9, 0, 1e-9, 1, 100, 5e3, 1e4};
    for (double chosen : ratios) {
      for (double rejected : ratios) {
        for (int length : new int[] {1, 1000}) {
          assertThat(numbers(sums(chosen, rejected, 0, 0, length, 1))).allMatch(Double::isFinite);
          assertThat(numbers(sums(0, 0, -chosen, -rejected, 1, length))).allMatch(Double::isFinite);
        }
      }
    }
  }

  @Test
  void whatIsSaidOfTheChosenSideIsSo() {
    if (objective().readsChosenOnly()) {
      for (LogProbabilitySums s : cases()) {
        LogProbabilitySums same = sums(s.policyChosen(), -1, -2, -3, s.chosenLength(), 4);
        assertThat(objective().evaluate(same)).isEqualTo(objective().evaluate(s));
      }
    }
  }

  @Test
  void theStrengthOfRewardsIsANumberAboveZero() {
    assertThat(objective().beta()).isPositive().isFinite();
  }

  @Test
  void isAFunctionAlsoWhenManyThreadsCallIt() {
    List<LogProbabilitySums> cases = cases();
    List<ObjectiveValue> expected = cases.stream().map(objective()::evaluate).toList();
    List<Supplier<List<ObjectiveValue>>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      calls.add(() -> cases.stream().map(objective()::evaluate).toList());
    }
    assertThat(Concurrently.run(calls)).allSatisfy(f -> assertThat(f).isEqualTo(expected));
  }

  private static List<LogProbabilitySums> cases() {
    Random random = new Random(7);
    List<LogProbabilitySums> cases = new ArrayList<>();
    for (int i = 0; i < CASES; i++) {
      cases.add(
          sums(
              -20 * random.nextDouble(),
              -20 * random.nextDouble(),
              -20 * random.nextDouble(),
              -20 * random.nextDouble(),
              1 + random.nextInt(40),
              1 + random.nextInt(40)));
    }
    return cases;
  }

  private static LogProbabilitySums sums(
      double chosen,
      double rejected,
      double referenceChosen,
      double referenceRejected,
      int chosenLength,
      int rejectedLength) {
    return new LogProbabilitySums(
        chosen, rejected, referenceChosen, referenceRejected, chosenLength, rejectedLength);
  }

  private static void assertSlope(String side, double derivative, DoubleUnaryOperator loss) {
    double slope = (loss.applyAsDouble(STEP) - loss.applyAsDouble(-STEP)) / (2 * STEP);
    assertThat(derivative)
        .as("derivative by the %s log-probability", side)
        .isEqualTo(slope, within(1e-5 * Math.max(1, Math.abs(slope))));
  }

  private double loss(LogProbabilitySums s, double pc, double pr, double rc, double rr) {
    return objective()
        .evaluate(
            sums(
                s.policyChosen() + pc,
                s.policyRejected() + pr,
                s.referenceChosen() + rc,
                s.referenceRejected() + rr,
                s.chosenLength(),
                s.rejectedLength()))
        .loss();
  }

  private List<Double> numbers(LogProbabilitySums sums) {
    ObjectiveValue value = objective().evaluate(sums);
    return List.of(
        value.loss(),
        value.byPolicyChosen(),
        value.byPolicyRejected(),
        value.byReferenceChosen(),
        value.byReferenceRejected());
  }
}
