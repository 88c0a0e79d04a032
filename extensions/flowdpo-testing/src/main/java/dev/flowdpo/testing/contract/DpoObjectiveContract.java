package dev.flowdpo.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.GroupValue;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.ObjectiveValue;
import dev.flowdpo.preference.ScoredCompletion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link DpoObjective} keeps: its derivatives are those of its loss, everything stays
 * finite where log-ratios differ by 10,000, and it is a pure function, also when called from many
 * threads. Objectives are asked as engines ask them, by groups of completions.
 */
@Timeout(600)
public abstract class DpoObjectiveContract {
  /** Log-probabilities are multiples of it, so that shifting them by it costs no digits. */
  private static final double STEP = 0x1p-7;

  private static final int CASES = 300;

  /** Creates the tests. */
  protected DpoObjectiveContract() {}

  /** {@return the objective under test} */
  protected abstract DpoObjective objective();

  /** {@return how many completions a group has; by default 2, a pair with the chosen one first} */
  protected int groupSize() {
    return 2;
  }

  /**
   * Says whether the loss has derivatives at and around this place; at a kink, such as that of a
   * hinge, finite differences and a derivative need not agree. "Around" is up to 1/64 in each
   * log-probability.
   *
   * @param group where
   * @return by default true
   */
  protected boolean smoothAt(List<ScoredCompletion> group) {
    return true;
  }

  @Test
  void derivativesAreThoseOfTheLoss() {
    int compared = 0;
    for (List<ScoredCompletion> group : groups(20)) {
      if (smoothAt(group)) {
        compareWithFiniteDifferences(group);
        compared++;
      }
    }
    assertThat(compared).as("places where the loss is smooth").isGreaterThan(CASES / 2);
  }

  @Test
  void derivativesOfAPairByTheReferenceAreThoseOfTheLossToo() {
    if (groupSize() != 2) {
      return;
    }
    for (List<ScoredCompletion> group : groups(20)) {
      LogProbabilitySums s = LogProbabilitySums.of(group);
      if (smoothAt(group)) {
        ObjectiveValue value;
        try {
          value = objective().evaluate(s);
        } catch (UnsupportedOperationException e) {
          return; // a loss of groups, which knows no pairs
        }
        assertSlope("reference of the chosen", value.byReferenceChosen(), x -> loss(s, x, 0));
        assertSlope("reference of the rejected", value.byReferenceRejected(), x -> loss(s, 0, x));
      }
    }
  }

  @Test
  void everythingIsFiniteWhereLogRatiosDifferByTenThousand() {
    double[] values = {-1e4, -5e3, -100, -1, -STEP, 0};
    for (double policy : values) {
      for (double reference : values) {
        for (int place = 0; place < groupSize(); place++) {
          List<ScoredCompletion> group = new ArrayList<>();
          for (int i = 0; i < groupSize(); i++) {
            float[] zero = new float[1];
            group.add(
                i == place
                    ? new ScoredCompletion(
                        i % 2, new float[] {(float) policy}, new float[] {(float) reference})
                    : new ScoredCompletion(i % 2, zero, zero));
          }
          assertThat(numbers(objective().evaluate(group)))
              .as("loss and derivatives with %s, %s at place %d", policy, reference, place)
              .allMatch(Double::isFinite);
        }
      }
    }
  }

  @Test
  void givesDerivativesForEveryCompletionAndAtMostEveryToken() {
    for (List<ScoredCompletion> group : groups(20)) {
      double[][] derivatives = objective().evaluate(group).derivatives();
      assertThat(derivatives.length).isEqualTo(group.size());
      for (int i = 0; i < derivatives.length; i++) {
        assertThat(derivatives[i].length).isIn(1, group.get(i).length());
      }
    }
  }

  @Test
  void readsNoMoreThanItSays() {
    if (objective().readsChosenOnly()) {
      for (List<ScoredCompletion> group : groups(20)) {
        List<ScoredCompletion> same = new ArrayList<>(group);
        ScoredCompletion chosen = group.get(0);
        same.set(
            0, new ScoredCompletion(chosen.reward(), policy(chosen), new float[chosen.length()]));
        for (int i = 1; i < same.size(); i++) {
          float[] zeros = new float[group.get(i).length()];
          same.set(i, new ScoredCompletion(group.get(i).reward(), zeros, zeros));
        }
        assertThat(numbers(objective().evaluate(same)))
            .isEqualTo(numbers(objective().evaluate(group)));
      }
    }
  }

  @Test
  void theStrengthOfRewardsIsANumberAboveZero() {
    assertThat(objective().beta()).isPositive().isFinite();
  }

  @Test
  void isAFunctionAlsoWhenManyThreadsCallIt() {
    List<List<ScoredCompletion>> groups = groups(20);
    Supplier<List<List<Double>>> all =
        () -> groups.stream().map(group -> numbers(objective().evaluate(group))).toList();
    List<List<Double>> expected = all.get();
    assertThat(Concurrently.run(List.of(all, all, all, all, all, all, all, all)))
        .allSatisfy(found -> assertThat(found).isEqualTo(expected));
  }

  private void compareWithFiniteDifferences(List<ScoredCompletion> group) {
    GroupValue value = objective().evaluate(group);
    for (int i = 0; i < group.size(); i++) {
      double[] derivatives = value.derivatives()[i];
      for (int token = 0; token < group.get(i).length(); token++) {
        int completion = i;
        int place = token;
        assertSlope(
            "token " + token + " of completion " + i,
            derivatives[Math.min(token, derivatives.length - 1)],
            shift -> loss(group, completion, place, shift));
      }
    }
  }

  /** Compares with the slope at 0, found to fourth order. */
  private static void assertSlope(String what, double derivative, DoubleUnaryOperator loss) {
    double near = loss.applyAsDouble(STEP) - loss.applyAsDouble(-STEP);
    double far = loss.applyAsDouble(2 * STEP) - loss.applyAsDouble(-2 * STEP);
    double slope = (8 * near - far) / (12 * STEP);
    assertThat(derivative)
        .as("derivative by %s", what)
        .isEqualTo(slope, within(1e-5 * Math.max(1, Math.abs(slope))));
  }

  private double loss(LogProbabilitySums s, double referenceChosen, double referenceRejected) {
    return objective()
        .evaluate(
            new LogProbabilitySums(
                s.policyChosen(),
                s.policyRejected(),
                s.referenceChosen() + referenceChosen,
                s.referenceRejected() + referenceRejected,
                s.chosenLength(),
                s.rejectedLength()))
        .loss();
  }

  private double loss(List<ScoredCompletion> group, int completion, int token, double shift) {
    List<ScoredCompletion> shifted = new ArrayList<>(group);
    ScoredCompletion at = group.get(completion);
    float[] policy = policy(at);
    float[] reference = new float[at.length()];
    for (int i = 0; i < reference.length; i++) {
      reference[i] = (float) at.reference(i);
    }
    policy[token] += (float) shift;
    shifted.set(completion, new ScoredCompletion(at.reward(), policy, reference));
    return objective().evaluate(shifted).loss();
  }

  private List<List<ScoredCompletion>> groups(int largest) {
    Random random = new Random(7);
    List<List<ScoredCompletion>> groups = new ArrayList<>();
    for (int i = 0; i < CASES; i++) {
      List<ScoredCompletion> group = new ArrayList<>();
      for (int k = 0; k < groupSize(); k++) {
        int length = 1 + random.nextInt(5);
        double scale = (double) largest / length;
        group.add(
            new ScoredCompletion(
                k == 0 ? 1 : random.nextInt(2),
                logProbabilities(random, length, scale),
                logProbabilities(random, length, scale)));
      }
      groups.add(group);
    }
    return groups;
  }

  private static float[] logProbabilities(Random random, int length, double scale) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (-STEP * Math.rint(scale * random.nextDouble() / STEP));
    }
    return values;
  }

  private static float[] policy(ScoredCompletion completion) {
    float[] values = new float[completion.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) completion.policy(i);
    }
    return values;
  }

  private static List<Double> numbers(GroupValue value) {
    return DoubleStream.concat(
            DoubleStream.of(value.loss()),
            Arrays.stream(value.derivatives()).flatMapToDouble(Arrays::stream))
        .boxed()
        .toList();
  }
}
