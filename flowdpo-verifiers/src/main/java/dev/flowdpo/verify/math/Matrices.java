package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Bracket;
import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Matrix;
import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Sum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sums, multiples, products, small powers, transposes and determinants of matrices. */
final class Matrices {
  private static final int MAX_SIZE = 12;
  private static final int MAX_DETERMINANT = 5;
  private static final int MAX_POWER = 8;

  private Matrices() {}

  /** Returns the tree with what can be worked out of matrices worked out. */
  static Node worked(Node node, Budget budget) {
    return Rewriting.any(node, n -> n instanceof Matrix)
        ? Rewriting.bottomUp(node, n -> paid(step(n, budget), budget))
        : node;
  }

  /** Entries of products share what they are made of: the nodes of a few products are millions. */
  private static <T extends Node> T paid(T node, Budget budget) {
    Rewriting.walk(node, budget);
    return node;
  }

  /** Returns a matrix, or tuples in square brackets as its rows. */
  static Optional<Matrix> rows(Node node) {
    if (node instanceof Matrix matrix) {
      return Optional.of(matrix);
    }
    if (!(node instanceof Bracket outer) || !isRow(outer) || outer.items().isEmpty()) {
      return Optional.empty();
    }
    List<List<Node>> rows = new ArrayList<>();
    for (Node item : outer.items()) {
      if (!(item instanceof Bracket row)
          || !isRow(row)
          || row.items().size() != outer.items().get(0).children().size()) {
        return Optional.empty();
      }
      rows.add(row.items());
    }
    return Optional.of(new Matrix(List.copyOf(rows)));
  }

  private static boolean isRow(Bracket bracket) {
    return bracket.open() == '[' && bracket.close() == ']';
  }

  private static Node step(Node node, Budget budget) {
    if (node instanceof Product product) {
      return product(product, budget);
    } else if (node instanceof Sum sum) {
      return sum(sum, budget);
    } else if (node instanceof Power power
        && power.base() instanceof Matrix matrix
        && power.exponent() instanceof Num num) {
      return power(power, matrix, num.value(), budget);
    } else if (node instanceof Call call
        && call.arguments().size() == 1
        && call.arguments().get(0) instanceof Matrix matrix) {
      return switch (call.function()) {
        case "transpose" -> transposed(matrix);
        case "det", "abs" -> determinant(matrix).orElse(call);
        default -> call;
      };
    }
    return node;
  }

  private static Node product(Product product, Budget budget) {
    List<Node> scalars = new ArrayList<>();
    Matrix total = null;
    for (Node factor : product.factors()) {
      if (!(factor instanceof Matrix matrix)) {
        scalars.add(factor);
      } else if (total == null) {
        total = matrix;
      } else if (columns(total) == matrix.rows().size()
          && Math.max(total.rows().size(), columns(matrix)) <= MAX_SIZE) {
        total = times(total, matrix, budget);
      } else {
        return product;
      }
    }
    if (total == null || scalars.isEmpty()) {
      return total == null ? product : total;
    }
    Node factor = scalars.size() == 1 ? scalars.get(0) : new Product(List.copyOf(scalars));
    return map(total, entry -> new Product(List.of(factor, entry)));
  }

  private static int columns(Matrix matrix) {
    return matrix.rows().get(0).size();
  }

  private static Matrix times(Matrix a, Matrix b, Budget budget) {
    List<List<Node>> rows = new ArrayList<>();
    for (List<Node> left : a.rows()) {
      List<Node> row = new ArrayList<>();
      for (int j = 0; j < columns(b); j++) {
        List<Node> terms = new ArrayList<>();
        for (int k = 0; k < left.size(); k++) {
          terms.add(new Product(List.of(left.get(k), b.rows().get(k).get(j))));
        }
        row.add(new Sum(List.copyOf(terms)));
      }
      rows.add(List.copyOf(row));
    }
    return paid(new Matrix(List.copyOf(rows)), budget);
  }

  private static Node sum(Sum sum, Budget budget) {
    Matrix total = null;
    for (Node term : sum.terms()) {
      if (!(term instanceof Matrix matrix)) {
        return sum;
      }
      if (total == null) {
        total = matrix;
      } else if (total.rows().size() == matrix.rows().size() && columns(total) == columns(matrix)) {
        total = paid(plus(total, matrix), budget);
      } else {
        return sum;
      }
    }
    return total == null ? sum : total;
  }

  private static Matrix plus(Matrix a, Matrix b) {
    List<List<Node>> rows = new ArrayList<>();
    for (int i = 0; i < a.rows().size(); i++) {
      List<Node> row = new ArrayList<>();
      for (int j = 0; j < columns(a); j++) {
        row.add(new Sum(List.of(a.rows().get(i).get(j), b.rows().get(i).get(j))));
      }
      rows.add(List.copyOf(row));
    }
    return new Matrix(List.copyOf(rows));
  }

  private static Node power(Power power, Matrix base, Rational exponent, Budget budget) {
    boolean small =
        exponent.isInteger()
            && exponent.signum() > 0
            && exponent.compareTo(Rational.of(MAX_POWER)) <= 0;
    if (!small || columns(base) != base.rows().size() || columns(base) > MAX_DETERMINANT) {
      return power;
    }
    Matrix total = base;
    for (int i = 1; i < exponent.intValueExact(); i++) {
      total = times(total, base, budget);
    }
    return total;
  }

  static Matrix transposed(Matrix matrix) {
    List<List<Node>> rows = new ArrayList<>();
    for (int j = 0; j < columns(matrix); j++) {
      List<Node> row = new ArrayList<>();
      for (List<Node> old : matrix.rows()) {
        row.add(old.get(j));
      }
      rows.add(List.copyOf(row));
    }
    return new Matrix(List.copyOf(rows));
  }

  private static Matrix map(Matrix matrix, java.util.function.UnaryOperator<Node> change) {
    return new Matrix(matrix.rows().stream().map(r -> r.stream().map(change).toList()).toList());
  }

  /** Expansion by the first row. */
  private static Optional<Node> determinant(Matrix matrix) {
    int size = matrix.rows().size();
    if (columns(matrix) != size || size > MAX_DETERMINANT) {
      return Optional.empty();
    }
    return Optional.of(determinant(matrix.rows()));
  }

  private static Node determinant(List<List<Node>> rows) {
    if (rows.size() == 1) {
      return rows.get(0).get(0);
    }
    List<Node> terms = new ArrayList<>();
    for (int j = 0; j < rows.size(); j++) {
      List<List<Node>> minor = new ArrayList<>();
      for (List<Node> row : rows.subList(1, rows.size())) {
        List<Node> kept = new ArrayList<>(row);
        kept.remove(j);
        minor.add(kept);
      }
      Node term = new Product(List.of(rows.get(0).get(j), determinant(minor)));
      terms.add(j % 2 == 0 ? term : Node.negate(term));
    }
    return new Sum(List.copyOf(terms));
  }

  /** Returns the entries of a single row or column, or of a tuple. */
  static Optional<List<Node>> vector(Node node) {
    if (node instanceof Bracket bracket && !bracket.isSet()) {
      return Optional.of(bracket.items());
    }
    if (node instanceof Matrix matrix) {
      if (matrix.rows().size() == 1) {
        return Optional.of(matrix.rows().get(0));
      }
      if (columns(matrix) == 1) {
        return Optional.of(transposed(matrix).rows().get(0));
      }
    }
    return Optional.empty();
  }
}
