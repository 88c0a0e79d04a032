package dev.flowdpo.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;

/** What holds for every objective at every pair. */
class DpoObjectivePropertiesTest {
  private static final double STEP = 1e-4;

  @Property
  void derivativesAreThoseOfTheLoss(
      @ForAll("objectives") DpoObjective objective, @ForAll("sums") LogProbabilitySums s) {
    ObjectiveValue value = objective.evaluate(s);
    if (nearKink(objective, s)) {
      return;
    }
    assertSlope(value.byPolicyChosen(), x -> loss(objective, s, x, 0, 0, 0));
    assertSlope(value.byPolicyRejected(), x -> loss(objective, s, 0, x, 0, 0));
    assertSlope(value.byReferenceChosen(), x -> loss(objective, s, 0, 0, x, 0));
    assertSlope(value.byReferenceRejected(), x -> loss(objective, s, 0, 0, 0, x));
  }

  @Property
  void everythingIsFiniteWithLogitsOfTenThousand(
      @ForAll("objectives") DpoObjective objective,
      @ForAll @DoubleRange(min = -1e4, max = 1e4) double chosenRatio,
      @ForAll @DoubleRange(min = -1e4, max = 1e4) double rejectedRatio) {
    ObjectiveValue value =
        objective.evaluate(new LogProbabilitySums(chosenRatio, rejectedRatio, 0, 0, 1, 1));
    for (double number : numbers(value)) {
      assertThat(number).isFinite();
    }
  }

  @Property
  void theLossNeverRisesWithTheChosenNorFallsWithTheRejectedForMonotoneObjectives(
      @ForAll("monotone") DpoObjective objective, @ForAll("sums") LogProbabilitySums s) {
    ObjectiveValue value = objective.evaluate(s);
    assertThat(value.byPolicyChosen()).isLessThanOrEqualTo(0);
    assertThat(value.byPolicyRejected()).isGreaterThanOrEqualTo(0);
  }

  @Property
  void aPolicyThatEqualsItsReferenceIsPushedApartByEveryObjective(
      @ForAll("objectives") DpoObjective objective, @ForAll("equalSums") LogProbabilitySums s) {
    ObjectiveValue value = objective.evaluate(s);
    assertThat(value.byPolicyChosen()).isNegative();
    assertThat(value.byPolicyRejected()).isPositive();
  }

  @Property
  void theNllTermAddsOnlyToLossAndChosen(
      @ForAll("objectives") DpoObjective objective,
      @ForAll @DoubleRange(min = 0, max = 5) double weight,
      @ForAll("sums") LogProbabilitySums s) {
    ObjectiveValue plain = objective.evaluate(s);
    ObjectiveValue value = objective.withChosenNll(weight).evaluate(s);
    double perToken = weight / s.chosenLength();
    assertThat(value.loss()).isEqualTo(plain.loss() - perToken * s.policyChosen(), within(1e-9));
    assertThat(value.byPolicyChosen()).isEqualTo(plain.byPolicyChosen() - perToken, within(1e-9));
    assertThat(value.byPolicyRejected()).isEqualTo(plain.byPolicyRejected());
    assertThat(value.byReferenceChosen()).isEqualTo(plain.byReferenceChosen());
    assertThat(value.byReferenceRejected()).isEqualTo(plain.byReferenceRejected());
  }

  @Property
  void noiseOfZeroIsPlainDpo(@ForAll("betas") double beta, @ForAll("sums") LogProbabilitySums s) {
    ObjectiveValue plain = DpoObjective.sigmoid(beta).evaluate(s);
    for (DpoObjective noisy :
        List.of(DpoObjective.sigmoid(beta, 0), DpoObjective.robust(beta, 0))) {
      double[] expected = numbers(plain);
      double[] found = numbers(noisy.evaluate(s));
      for (int i = 0; i < expected.length; i++) {
        assertThat(found[i]).isEqualTo(expected[i], within(1e-9));
      }
    }
  }

  @Property
  void supervisedTrainingIsTheChosenMeanNegativeLogLikelihood(
      @ForAll("sums") LogProbabilitySums s) {
    DpoObjective supervised = DpoObjective.supervised();
    ObjectiveValue value = supervised.evaluate(s);
    assertThat(value.loss()).isEqualTo(-s.policyChosen() / s.chosenLength(), within(1e-12));
    assertSlope(value.byPolicyChosen(), x -> loss(supervised, s, x, 0, 0, 0));
    assertSlope(value.byPolicyRejected(), x -> loss(supervised, s, 0, x, 0, 0));
    assertSlope(value.byReferenceChosen(), x -> loss(supervised, s, 0, 0, x, 0));
    assertSlope(value.byReferenceRejected(), x -> loss(supervised, s, 0, 0, 0, x));
  }

  @Property
  void supervisedTrainingTakesNoNoticeOfTheRejectedOrTheReference(
      @ForAll("sums") LogProbabilitySums s, @ForAll("sums") LogProbabilitySums other) {
    LogProbabilitySums mixed =
        new LogProbabilitySums(
            s.policyChosen(),
            other.policyRejected(),
            other.referenceChosen(),
            other.referenceRejected(),
            s.chosenLength(),
            other.rejectedLength());
    assertThat(DpoObjective.supervised().evaluate(mixed))
        .isEqualTo(DpoObjective.supervised().evaluate(s));
  }

  @Provide
  Arbitrary<DpoObjective> objectives() {
    return base()
        .flatMap(
            objective ->
                Arbitraries.oneOf(
                    Arbitraries.just(objective),
                    Arbitraries.doubles().between(0, 3).map(objective::withChosenNll)))
        .withoutEdgeCases();
  }

  @Provide
  Arbitrary<DpoObjective> monotone() {
    return base()
        .withoutEdgeCases()
        .filter(
            o ->
                !(o instanceof PairObjectives.IpoObjective)
                    && !(o instanceof PairObjectives.ConservativeObjective));
  }

  private Arbitrary<DpoObjective> base() {
    Arbitrary<Double> noise = Arbitraries.doubles().between(0, 0.4);
    return betas()
        .flatMap(
            beta -> {
              List<Arbitrary<DpoObjective>> all = new ArrayList<>();
              all.add(Arbitraries.just(DpoObjective.sigmoid(beta)));
              all.add(noise.map(e -> DpoObjective.sigmoid(beta, e)));
              all.add(Arbitraries.just(DpoObjective.hinge(beta)));
              all.add(Arbitraries.just(DpoObjective.lengthNormalised(beta)));
              all.add(Arbitraries.just(DpoObjective.ipo(beta)));
              all.add(noise.map(e -> DpoObjective.robust(beta, e)));
              all.add(Arbitraries.just(DpoObjective.apoZero(beta)));
              all.add(Arbitraries.doubles().between(0, 3).map(g -> DpoObjective.simPo(beta, g)));
              return Arbitraries.oneOf(all);
            });
  }

  @Provide
  Arbitrary<Double> betas() {
    return Arbitraries.doubles().between(0.05, 3);
  }

  @Provide
  Arbitrary<LogProbabilitySums> sums() {
    Arbitrary<Double> sum =
        Arbitraries.doubles().between(-20, 0).edgeCases(edges -> edges.includeOnly(-20.0, 0.0));
    Arbitrary<Integer> length =
        Arbitraries.integers().between(1, 40).edgeCases(edges -> edges.includeOnly(1, 40));
    return Combinators.combine(sum, sum, sum, sum, length, length).as(LogProbabilitySums::new);
  }

  @Provide
  Arbitrary<LogProbabilitySums> equalSums() {
    // Equal means, so that SimPO too, which has no reference, starts from a margin of 0.
    return Combinators.combine(
            Arbitraries.doubles().between(-3, 0), Arbitraries.integers().between(1, 40))
        .as(
            (mean, length) ->
                new LogProbabilitySums(
                    mean * length, mean * length, mean * length, mean * length, length, length));
  }

  private static boolean nearKink(DpoObjective objective, LogProbabilitySums s) {
    DpoObjective inner = objective instanceof ChosenNllObjective nll ? nll.base() : objective;
    return inner instanceof PairObjectives.HingeObjective hinge
        && Math.abs(1 - hinge.beta() * s.logit()) < 10 * STEP * hinge.beta();
  }

  private static void assertSlope(double derivative, DoubleUnaryOperator lossOfShift) {
    double slope =
        (lossOfShift.applyAsDouble(STEP) - lossOfShift.applyAsDouble(-STEP)) / (2 * STEP);
    assertThat(derivative).isEqualTo(slope, within(1e-6 * Math.max(1, Math.abs(slope))));
  }

  private static double loss(
      DpoObjective objective, LogProbabilitySums s, double pc, double pr, double rc, double rr) {
    return objective
        .evaluate(
            new LogProbabilitySums(
                s.policyChosen() + pc,
                s.policyRejected() + pr,
                s.referenceChosen() + rc,
                s.referenceRejected() + rr,
                s.chosenLength(),
                s.rejectedLength()))
        .loss();
  }

  private static double[] numbers(ObjectiveValue v) {
    return new double[] {
      v.loss(),
      v.byPolicyChosen(),
      v.byPolicyRejected(),
      v.byReferenceChosen(),
      v.byReferenceRejected()
    };
  }
}
