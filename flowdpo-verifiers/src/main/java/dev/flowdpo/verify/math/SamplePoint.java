package dev.flowdpo.verify.math;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Exact values for all names, drawn by name and index, so that two formulas meet the same values.
 * Fractions of small height of both signs; every other point has positive ones only.
 */
final class SamplePoint {
  private final int index;
  private final boolean whole;
  private final boolean principalRoots;
  private final Map<String, Rational> bound;

  /**
   * Creates a point.
   *
   * @param index which of the points
   * @param whole whether all values are positive whole numbers
   * @param principalRoots whether roots are principal ones, not real ones
   */
  SamplePoint(int index, boolean whole, boolean principalRoots) {
    this(index, whole, principalRoots, Map.of());
  }

  private SamplePoint(
      int index, boolean whole, boolean principalRoots, Map<String, Rational> bound) {
    this.index = index;
    this.whole = whole;
    this.principalRoots = principalRoots;
    this.bound = bound;
  }

  boolean principalRoots() {
    return principalRoots;
  }

  /** Returns this point with another value for one name. */
  SamplePoint with(String name, Rational value) {
    Map<String, Rational> bindings = new HashMap<>(bound);
    bindings.put(name, value);
    return new SamplePoint(index, whole, principalRoots, bindings);
  }

  boolean binds(String name) {
    return bound.containsKey(name);
  }

  Rational value(String name) {
    Rational fixed = bound.get(name);
    if (fixed != null) {
      return fixed;
    }
    long bits = Hashing.murmur3_128(index).hashString(name, StandardCharsets.UTF_8).asLong();
    if (whole) {
      return Rational.of(1L + Math.floorMod(bits, 24));
    }
    long numerator = 1L + Math.floorMod(bits, 211);
    long denominator = 1L + Math.floorMod(bits >> 20, 37);
    boolean negative = index % 2 == 1 && (bits >> 50 & 1) == 1;
    return Rational.of(negative ? -numerator : numerator, denominator);
  }

  /** Returns the values of the names in a formula. */
  Map<String, Rational> bindings(Node node, Budget budget) {
    Map<String, Rational> values = new HashMap<>(bound);
    collect(node, values, budget);
    return values;
  }

  private void collect(Node node, Map<String, Rational> values, Budget budget) {
    budget.spend(1);
    if (node instanceof Node.Symbol symbol) {
      values.put(symbol.name(), value(symbol.name()));
    }
    node.children().forEach(child -> collect(child, values, budget));
  }
}
