package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableSet;
import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Listing;
import dev.flowdpo.verify.math.Node.Matrix;
import dev.flowdpo.verify.math.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Reads environments: matrices, determinants, systems of equations. */
final class EnvironmentParser {
  private static final ImmutableSet<String> MATRICES =
      ImmutableSet.of(
          "matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array", "psmallmatrix");
  private static final ImmutableSet<String> ROWS =
      ImmutableSet.of(
          "cases", "aligned", "align", "gathered", "gather", "split", "equation", "eqnarray");

  private final Cursor cursor;
  private final Parser parser;

  EnvironmentParser(Cursor cursor, Parser parser) {
    this.cursor = cursor;
    this.parser = parser;
  }

  Node environment() {
    String name = cursor.next().text();
    int bars = cursor.suspendBars();
    Node content;
    if (MATRICES.contains(name) || name.equals("vmatrix")) {
      if (name.equals("array")) {
        skipColumns();
      }
      Matrix matrix = matrix();
      content = name.equals("vmatrix") ? new Call("det", List.of(matrix)) : matrix;
    } else if (ROWS.contains(name)) {
      content = system();
    } else {
      throw new NotAFormulaException("an environment that holds no value: " + name);
    }
    cursor.restoreBars(bars);
    if (!cursor.next().is(Kind.ENDING)) {
      throw new NotAFormulaException("an environment that is not closed: " + name);
    }
    return content;
  }

  private void skipColumns() {
    if (cursor.accept("{")) {
      while (!cursor.atEnd() && !cursor.accept("}")) {
        cursor.next();
      }
    }
  }

  private Matrix matrix() {
    List<List<Node>> rows = new ArrayList<>();
    List<Node> row = new ArrayList<>();
    row.add(parser.relation());
    while (!cursor.peek().is(Kind.ENDING)) {
      if (cursor.accept("&")) {
        row.add(parser.relation());
      } else {
        cursor.expect("↵");
        if (cursor.peek().is(Kind.ENDING)) {
          break;
        }
        rows.add(List.copyOf(row));
        row.clear();
        row.add(parser.relation());
      }
    }
    rows.add(List.copyOf(row));
    int columns = rows.get(0).size();
    if (rows.stream().anyMatch(r -> r.size() != columns)) {
      throw new NotAFormulaException("a matrix with rows of different lengths");
    }
    return new Matrix(List.copyOf(rows));
  }

  /** Returns the rows as a list; ampersands only align. */
  private Node system() {
    List<Node> rows = new ArrayList<>();
    while (!cursor.peek().is(Kind.ENDING)) {
      cursor.accept("&");
      Node row = parser.listing();
      if (row instanceof Listing listing) {
        rows.addAll(listing.items());
      } else {
        rows.add(row);
      }
      if (!cursor.accept("↵") && !cursor.peek().is(Kind.ENDING)) {
        throw new NotAFormulaException("a system with conditions");
      }
    }
    return rows.size() == 1 ? rows.get(0) : new Listing(List.copyOf(rows));
  }
}
