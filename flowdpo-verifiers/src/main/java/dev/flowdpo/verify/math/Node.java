package dev.flowdpo.verify.math;

import java.util.List;

/**
 * An answer as it was read: a small immutable tree. Differences are sums with a factor −1,
 * quotients products with a power −1, roots powers with a fractional exponent.
 */
sealed interface Node {

  /**
   * A number.
   *
   * @param value its exact value
   * @param decimals digits after the decimal point; −1 where it was written without a point
   * @param digits significant digits shown
   */
  record Num(Rational value, int decimals, int digits) implements Node {
    static final Num ZERO = of(0);
    static final Num MINUS_ONE = of(-1);

    static Num of(Rational value) {
      return new Num(value, -1, 0);
    }

    static Num of(long value) {
      return of(Rational.of(value));
    }

    boolean isDecimal() {
      return decimals >= 0;
    }
  }

  /** A variable or another name, with its subscript: {@code x}, {@code a_{3}}, {@code ℝ}. */
  record Symbol(String name) implements Node {}

  /** A name with a value of its own. */
  enum Constant implements Node {
    PI,
    E,
    I,
    INFINITY
  }

  /** A sum. */
  record Sum(List<Node> terms) implements Node {}

  /** A product. */
  record Product(List<Node> factors) implements Node {}

  /** A power, or a root. */
  record Power(Node base, Node exponent) implements Node {}

  /** A function applied to arguments; the name is that of {@link Functions} or free. */
  record Call(String function, List<Node> arguments) implements Node {}

  /** A matrix by rows, or a determinant's content. */
  record Matrix(List<List<Node>> rows) implements Node {}

  /**
   * Something in brackets: a tuple, an interval, a set.
   *
   * @param open one of ( [ { ⟨
   * @param close one of ) ] } ⟩
   */
  record Bracket(char open, char close, List<Node> items) implements Node {
    boolean isSet() {
      return open == '{';
    }

    /** Says whether this can be read as an interval. */
    boolean isInterval() {
      return items.size() == 2 && (open == '(' || open == '[') && (close == ')' || close == ']');
    }
  }

  /** Items without brackets around them: {@code 1, 2 and 3}. */
  record Listing(List<Node> items) implements Node {}

  /** Sides with a relator between each two: {@code a < b ≤ c}; one relator less than sides. */
  record Relation(List<Node> sides, List<Relator> relators) implements Node {}

  /** A ratio: {@code 3:4}. */
  record Ratio(List<Node> parts) implements Node {}

  /** A union, an intersection or a difference of sets. */
  record SetOperation(char operator, Node left, Node right) implements Node {}

  /**
   * A value of both signs. All of one expression change sign together.
   *
   * @param plusFirst whether it is ±, not ∓
   */
  record PlusMinus(Node value, boolean plusFirst) implements Node {}

  /** A value with a unit, a currency, a per cent or a degree sign. */
  record Quantity(Node value, Unit unit) implements Node {}

  /** A whole number written in another base. */
  record BasedNumber(String digits, int base) implements Node {}

  /** A choice's letter with what stands beside it: {@code (B) 12}. */
  record Choice(String letter, Node content) implements Node {}

  /** Text that is no formula. */
  record Words(String text) implements Node {}

  static Node negate(Node node) {
    return node instanceof Num n
        ? new Num(n.value().negate(), n.decimals(), n.digits())
        : new Product(List.of(Num.MINUS_ONE, node));
  }

  static Node quotient(Node numerator, Node denominator) {
    return new Product(List.of(numerator, new Power(denominator, Num.MINUS_ONE)));
  }

  static Node difference(Node left, Node right) {
    return new Sum(List.of(left, negate(right)));
  }

  /** Returns what the node is made of, in order. */
  default List<Node> children() {
    if (this instanceof Sum sum) {
      return sum.terms();
    } else if (this instanceof Product product) {
      return product.factors();
    } else if (this instanceof Power power) {
      return List.of(power.base(), power.exponent());
    } else if (this instanceof Call call) {
      return call.arguments();
    } else if (this instanceof Matrix matrix) {
      return matrix.rows().stream().flatMap(List::stream).toList();
    } else if (this instanceof Bracket bracket) {
      return bracket.items();
    } else if (this instanceof Listing listing) {
      return listing.items();
    } else if (this instanceof Relation relation) {
      return relation.sides();
    } else if (this instanceof Ratio ratio) {
      return ratio.parts();
    } else if (this instanceof SetOperation operation) {
      return List.of(operation.left(), operation.right());
    } else if (this instanceof PlusMinus plusMinus) {
      return List.of(plusMinus.value());
    } else if (this instanceof Quantity quantity) {
      return List.of(quantity.value());
    } else if (this instanceof Choice choice) {
      return List.of(choice.content());
    }
    return List.of();
  }
}
