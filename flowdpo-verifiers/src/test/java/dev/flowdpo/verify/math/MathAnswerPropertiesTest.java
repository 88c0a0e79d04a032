package dev.flowdpo.verify.math;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.verify.math.AnswerValue.Numbers;
import dev.flowdpo.verify.math.AnswerValue.Point;
import dev.flowdpo.verify.math.AnswerValue.Product;
import dev.flowdpo.verify.math.AnswerValue.Range;
import dev.flowdpo.verify.math.AnswerValue.Ratio;
import dev.flowdpo.verify.math.AnswerValue.Surd;
import dev.flowdpo.verify.math.AnswerValue.Table;
import dev.flowdpo.verify.math.AnswerValue.WholePower;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

@Tag("slow")
class MathAnswerPropertiesTest {

  @Property(tries = 15)
  void equalityOfNumbersSurvivesTheirNotation(
      @ForAll("ratios") Ratio one, @ForAll("ratios") Ratio other) {
    // Per cent may be left out, so that factors of 100 pass between notations on purpose.
    long left = one.numerator() * other.denominator();
    long right = other.numerator() * one.denominator();
    Assume.that(left == right || (left * 100 != right && right * 100 != left));
    check(one, other);
  }

  @Property(tries = 12)
  void equalityOfSurdsSurvivesTheirNotation(
      @ForAll("surds") Surd one, @ForAll("surds") Surd other) {
    check(one, other);
  }

  @Property(tries = 12)
  void equalityOfPowersSurvivesTheirNotation(
      @ForAll("powers") WholePower one, @ForAll("powers") WholePower other) {
    Assume.that(
        one.equals(other)
            || Math.pow(one.base(), one.exponent()) != Math.pow(other.base(), other.exponent()));
    check(one, other);
  }

  @Property(tries = 12)
  void equalityOfTuplesSurvivesTheirNotation(
      @ForAll("points") Point one, @ForAll("points") Point other) {
    check(one, other);
  }

  @Property(tries = 12)
  void equalityOfSetsSurvivesTheirNotation(
      @ForAll("sets") Numbers one, @ForAll("sets") Numbers other) {
    check(one, other);
  }

  @Property(tries = 12)
  void equalityOfIntervalsSurvivesTheirNotation(
      @ForAll("ranges") Range one, @ForAll("ranges") Range other) {
    check(one, other);
  }

  @Property(tries = 12)
  void equalityOfMatricesSurvivesTheirNotation(
      @ForAll("tables") Table one, @ForAll("tables") Table other) {
    check(one, other);
  }

  @Property(tries = 12)
  void equalityOfPolynomialsSurvivesTheirNotation(
      @ForAll("polynomials") Product one, @ForAll("polynomials") Product other) {
    check(one, other);
  }

  /** All notations of a value are equal, none of another value's is. */
  private static void check(AnswerValue one, AnswerValue other) {
    List<String> own = one.notations();
    List<String> others = other.notations();
    for (String a : own) {
      for (String b : own) {
        assertEqual(a, b, true);
      }
      for (String b : others) {
        assertEqual(a, b, one.equals(other));
      }
    }
  }

  private static void assertEqual(String a, String b, boolean equal) {
    Comparison comparison = MathAnswer.of(a).compare(MathAnswer.of(b));
    assertThat(comparison.isEqual())
        .as("%s and %s: %s", a, b, comparison.reason())
        .isEqualTo(equal);
    assertThat(comparison.isUnknown()).as("%s and %s: %s", a, b, comparison.reason()).isFalse();
  }

  /** Two independent fractions, often close to each other. */
  @Provide
  Arbitrary<Ratio> ratios() {
    Arbitrary<Long> numerators =
        Arbitraries.oneOf(
            Arbitraries.longs().between(-30, 30),
            Arbitraries.longs().between(-2_000_000, 2_000_000));
    Arbitrary<Long> denominators =
        Arbitraries.oneOf(
            Arbitraries.longs().between(1, 12), Arbitraries.of(1L, 8L, 25L, 1000L, 997L));
    return Combinators.combine(numerators, denominators).as(Ratio::of);
  }

  private static Arbitrary<Ratio> small() {
    return Combinators.combine(
            Arbitraries.longs().between(-9, 9), Arbitraries.longs().between(1, 4))
        .as(Ratio::of);
  }

  @Provide
  Arbitrary<Surd> surds() {
    return Combinators.combine(
            Arbitraries.longs().between(-6, 6).filter(a -> a != 0),
            Arbitraries.longs().between(-6, 6).filter(b -> b != 0),
            Arbitraries.of(2L, 3L, 5L, 6L, 7L, 10L, 15L, 1009L))
        .as(Surd::new);
  }

  @Provide
  Arbitrary<WholePower> powers() {
    return Combinators.combine(
            Arbitraries.longs().between(2, 15), Arbitraries.integers().between(2, 40))
        .as(WholePower::new);
  }

  @Provide
  Arbitrary<Point> points() {
    return small().list().ofMinSize(2).ofMaxSize(4).map(Point::new);
  }

  @Provide
  Arbitrary<Numbers> sets() {
    return small()
        .list()
        .ofMinSize(2)
        .ofMaxSize(5)
        .map(Numbers::of)
        .filter(set -> set.members().size() > 1);
  }

  @Provide
  Arbitrary<Range> ranges() {
    return Combinators.combine(
            small(), small(), Arbitraries.of(true, false), Arbitraries.of(true, false))
        .filter((low, high, a, b) -> low.size() < high.size())
        .as(Range::new);
  }

  @Provide
  Arbitrary<Table> tables() {
    return Arbitraries.longs()
        .between(-3, 3)
        .list()
        .ofSize(2)
        .list()
        .ofMinSize(2)
        .ofMaxSize(3)
        .map(Table::new);
  }

  @Provide
  Arbitrary<Product> polynomials() {
    return Combinators.combine(
            Arbitraries.longs().between(-4, 4).filter(f -> f != 0),
            Arbitraries.longs()
                .between(-5, 5)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(roots -> roots.stream().sorted().toList()))
        .as(Product::new);
  }
}
