package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableSortedMap;
import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;

/**
 * A unit of measure: powers of base units and a scale. A word that names no known unit ("students")
 * is a base unit of its own that says nothing against another one.
 *
 * @param powers exponents of base units by name
 * @param scale how many of the base units one of this unit is
 */
record Unit(ImmutableSortedMap<String, Integer> powers, Rational scale) {
  static final String LABEL = "#";
  private static final int MAX_POWER = 100;
  static final Unit NONE = new Unit(ImmutableSortedMap.of(), Rational.ONE);
  static final Unit PERCENT = base("%", Rational.of(1, 100));
  static final Unit DEGREE = base("°", Rational.ONE);
  static final Unit RADIAN = base("rad", Rational.ONE);
  static final Unit DOLLAR = base("$", Rational.ONE);
  static final Unit CELSIUS = base("°C", Rational.ONE);
  static final Unit FAHRENHEIT = base("°F", Rational.ONE);

  static Unit base(String name, Rational scale) {
    return new Unit(ImmutableSortedMap.of(name, 1), scale);
  }

  /** Returns the unit of a word that counts things and measures nothing. */
  static Unit label(String words) {
    return base(LABEL + words, Rational.ONE);
  }

  /** Says whether a word is the name or the sign of a unit. */
  static boolean isKnown(String word) {
    return UnitTable.find(word).isPresent();
  }

  Unit times(Unit other, Budget budget) {
    Map<String, Integer> sum = new TreeMap<>(powers);
    other.powers.forEach((name, power) -> sum.merge(name, power, Unit::sum));
    sum.values().removeIf(power -> power == 0);
    return new Unit(ImmutableSortedMap.copyOf(sum), scale.times(other.scale, budget));
  }

  Unit power(int exponent, Budget budget) {
    ImmutableSortedMap.Builder<String, Integer> raised = ImmutableSortedMap.naturalOrder();
    powers.forEach((name, power) -> raised.put(name, bounded((long) power * exponent)));
    return new Unit(raised.build(), scale.power(BigInteger.valueOf(exponent), budget));
  }

  private static int sum(int power, int other) {
    return bounded((long) power + other);
  }

  private static int bounded(long power) {
    if (Math.abs(power) > MAX_POWER) {
      throw new OutOfReachException("a unit to a power beyond " + MAX_POWER);
    }
    return (int) power;
  }

  boolean isPercent() {
    return equals(PERCENT);
  }

  boolean isDegree() {
    return equals(DEGREE);
  }

  /** Says whether this names things rather than measures. */
  boolean isLabel() {
    return powers.keySet().stream().anyMatch(name -> name.startsWith(LABEL));
  }

  /** Says whether this measures a temperature. */
  boolean isTemperature() {
    return equals(CELSIUS) || equals(FAHRENHEIT);
  }

  /**
   * Says whether two measures can be of one value: the same dimension, a mere label, or degrees of
   * which only one says what they measure.
   */
  boolean fits(Unit other) {
    return isLabel()
        || other.isLabel()
        || powers.equals(other.powers)
        || (isDegree() && other.isTemperature())
        || (isTemperature() && other.isDegree());
  }
}
