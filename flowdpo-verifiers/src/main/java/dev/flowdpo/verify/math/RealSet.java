package dev.flowdpo.verify.math;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of real numbers: disjoint pieces in ascending order, no two of which touch. Immutable.
 *
 * @param pieces intervals; a point is a closed one of length zero
 */
record RealSet(List<Piece> pieces) {
  static final RealSet ALL = new RealSet(List.of(new Piece(Bound.LOWEST, Bound.HIGHEST)));

  /**
   * A place between numbers, or at the ends of the line.
   *
   * @param value where, as a formula
   * @param position where, to many digits; of no matter where infinite
   * @param infinite −1 or 1 at the ends of the line, else 0
   * @param side −1 just below the value, 1 just above it
   */
  record Bound(Node value, BigDecimal position, int infinite, int side)
      implements Comparable<Bound> {
    static final Bound LOWEST = new Bound(Node.Num.ZERO, BigDecimal.ZERO, -1, 0);
    static final Bound HIGHEST = new Bound(Node.Num.ZERO, BigDecimal.ZERO, 1, 0);
    private static final BigDecimal TOUCHING = BigDecimal.ONE.movePointLeft(25);

    Bound mirrored() {
      return new Bound(Node.negate(value), position.negate(), -infinite, -side);
    }

    @Override
    public int compareTo(Bound other) {
      if (infinite != 0 || other.infinite != 0) {
        return Integer.compare(infinite, other.infinite);
      }
      BigDecimal difference = position.subtract(other.position);
      BigDecimal size = position.abs().max(BigDecimal.ONE);
      return difference.abs().compareTo(size.multiply(TOUCHING)) <= 0
          ? Integer.compare(side, other.side)
          : difference.signum();
    }
  }

  /** What lies between two bounds. */
  record Piece(Bound low, Bound high) {}

  static RealSet of(Bound low, Bound high) {
    return low.compareTo(high) < 0 ? new RealSet(List.of(new Piece(low, high))) : empty();
  }

  static RealSet empty() {
    return new RealSet(List.of());
  }

  RealSet union(RealSet other, Budget budget) {
    budget.spend(10 + 60L * (pieces.size() + other.pieces.size()));
    List<Piece> all = new ArrayList<>(pieces);
    all.addAll(other.pieces);
    all.sort(Comparator.comparing(Piece::low));
    List<Piece> merged = new ArrayList<>();
    for (Piece piece : all) {
      int last = merged.size() - 1;
      if (last >= 0 && piece.low().compareTo(merged.get(last).high()) <= 0) {
        Piece before = merged.get(last);
        Bound high = before.high().compareTo(piece.high()) >= 0 ? before.high() : piece.high();
        merged.set(last, new Piece(before.low(), high));
      } else {
        merged.add(piece);
      }
    }
    return new RealSet(List.copyOf(merged));
  }

  RealSet complement() {
    List<Piece> gaps = new ArrayList<>();
    Bound from = Bound.LOWEST;
    for (Piece piece : pieces) {
      if (from.compareTo(piece.low()) < 0) {
        gaps.add(new Piece(from, piece.low()));
      }
      from = piece.high();
    }
    if (from.compareTo(Bound.HIGHEST) < 0) {
      gaps.add(new Piece(from, Bound.HIGHEST));
    }
    return new RealSet(List.copyOf(gaps));
  }

  RealSet intersection(RealSet other, Budget budget) {
    return complement().union(other.complement(), budget).complement();
  }

  /** Returns the set of the negated numbers. */
  RealSet mirrored() {
    List<Piece> mirrored = new ArrayList<>();
    for (Piece piece : pieces) {
      mirrored.add(0, new Piece(piece.high().mirrored(), piece.low().mirrored()));
    }
    return new RealSet(List.copyOf(mirrored));
  }

  /** Compares piece by piece; the bounds as exactly as formulas compare. */
  Comparison compare(RealSet other, ScalarComparison scalars) {
    if (pieces.size() != other.pieces.size()) {
      return Comparison.different("sets of different numbers of pieces");
    }
    for (int i = 0; i < pieces.size(); i++) {
      Piece a = pieces.get(i);
      Piece b = other.pieces.get(i);
      Comparison low = compare(a.low(), b.low(), scalars);
      Comparison high = compare(a.high(), b.high(), scalars);
      if (!low.isEqual() || !high.isEqual()) {
        return low.isEqual() ? high : low;
      }
    }
    return Comparison.equal("the same set of numbers");
  }

  private static Comparison compare(Bound a, Bound b, ScalarComparison scalars) {
    if (a.infinite() != b.infinite() || a.side() != b.side()) {
      return Comparison.different("sets with different bounds");
    }
    return a.infinite() != 0
        ? Comparison.equal("both without bound")
        : scalars.compare(a.value(), b.value());
  }
}
