package dev.flowdpo.verify.math;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A value that a test knows exactly, and several ways to write it down. */
sealed interface AnswerValue {

  /** Returns answers that all mean this value. */
  List<String> notations();

  /** A rational number in lowest terms. */
  record Ratio(long numerator, long denominator) implements AnswerValue {
    static Ratio of(long numerator, long denominator) {
      long gcd = gcd(Math.abs(numerator), denominator);
      return new Ratio(numerator / gcd, denominator / gcd);
    }

    private static long gcd(long a, long b) {
      return b == 0 ? Math.max(a, 1) : gcd(b, a % b);
    }

    @Override
    public List<String> notations() {
      List<String> all = new ArrayList<>();
      String minus = numerator < 0 ? "-" : "";
      long size = Math.abs(numerator);
      all.add(numerator + "/" + denominator);
      all.add("\\frac{" + numerator + "}{" + denominator + "}");
      all.add("$" + minus + "\\dfrac{" + 3 * size + "}{" + 3 * denominator + "}$");
      all.add("\\left(" + minus + "\\tfrac{" + size + "}{" + denominator + "}\\right)");
      all.add("x = \\frac{" + -7 * numerator + "}{" + -7 * denominator + "}");
      all.add("\\boxed{" + (minus.isEmpty() ? "" : "−") + size + "/" + denominator + "}");
      all.add("\\frac{" + 100 * numerator + "}{" + denominator + "}\\%");
      all.add(minus + "\\frac{" + size + "}{" + denominator + "}\\,.");
      all.add(numerator + " \\cdot " + denominator + "^{-1}");
      if (size > denominator && size % denominator != 0) {
        long whole = size / denominator;
        String rest = "{" + size % denominator + "}{" + denominator + "}";
        all.add(minus + whole + "\\frac" + rest);
        all.add(minus + whole + " " + size % denominator + "/" + denominator);
        all.add(minus + "\\left(" + whole + " + \\frac" + rest + "\\right)");
      }
      if (denominator == 1) {
        all.add(String.valueOf(numerator));
        all.add(String.format("%,d", numerator));
        all.add(minus + String.format("%,d", size).replace(",", "{,}") + ".00");
        all.add(numerator + ".0");
        all.add(minus + size + "\\times 10^{0}");
      }
      decimal(all, minus, size);
      return all;
    }

    private void decimal(List<String> all, String minus, long size) {
      long power = 1;
      for (int places = 0; places <= 9; places++, power *= 10) {
        if (size * power % denominator == 0) {
          long digits = size * power / denominator;
          String padded = String.format("%0" + (places + 1) + "d", digits);
          int point = padded.length() - places;
          all.add(minus + padded.substring(0, point) + "." + padded.substring(point) + "0");
          all.add(minus + digits + "e-" + places);
          all.add(minus + digits + " \\times 10^{-" + places + "}");
          return;
        }
      }
    }

    /** Returns one way of several to write it inside of something. */
    String inside(Random random) {
      return switch (random.nextInt(3)) {
        case 0 -> numerator + "/" + denominator;
        case 1 -> "\\frac{" + 2 * numerator + "}{" + 2 * denominator + "}";
        default ->
            denominator == 1 ? "" + numerator : "\\dfrac{" + numerator + "}{" + denominator + "}";
      };
    }

    double size() {
      return numerator / (double) denominator;
    }
  }

  /** a + b√n with n free of squares. */
  record Surd(long a, long b, long n) implements AnswerValue {
    @Override
    public List<String> notations() {
      String sum = a + (b < 0 ? "-" : "+");
      long m = Math.abs(b);
      return List.of(
          sum + m + "\\sqrt{" + n + "}",
          sum + "\\sqrt{" + m * m * n + "}",
          b + "\\sqrt" + (n < 10 ? "" + n : "{" + n + "}") + " + " + a,
          sum + m + "*sqrt(" + n + ")",
          sum + m + "√" + n,
          sum + m + "\\cdot " + n + "^{1/2}",
          sum + "\\frac{" + m * n + "}{\\sqrt{" + n + "}}",
          "\\frac{" + 2 * a + (b < 0 ? "-" : "+") + "\\sqrt{" + 4 * m * m * n + "}}{2}",
          "\\frac{"
              + (a * a - b * b * n)
              + "}{"
              + a
              + (b < 0 ? "+" : "-")
              + m
              + "\\sqrt{"
              + n
              + "}}");
    }
  }

  /** base to a whole power. */
  record WholePower(long base, int exponent) implements AnswerValue {
    @Override
    public List<String> notations() {
      java.math.BigInteger value = java.math.BigInteger.valueOf(base).pow(exponent);
      return List.of(
          base + "^{" + exponent + "}",
          base + "**" + exponent,
          value.toString(),
          String.format("%,d", value),
          base + " \\cdot " + base + "^{" + (exponent - 1) + "}",
          "\\left(" + base + "^{2}\\right)^{" + exponent + "/2}",
          "\\sqrt{" + base + "^{" + 2 * exponent + "}}",
          "\\frac{" + base + "^{" + (exponent + 2) + "}}{" + base * base + "}");
    }
  }

  /** An ordered tuple. */
  record Point(List<Ratio> parts) implements AnswerValue {
    @Override
    public List<String> notations() {
      Random random = new Random(parts.hashCode());
      return List.of(
          "(" + joined(parts, ", ", random) + ")",
          "\\left(" + joined(parts, ",", random) + "\\right)",
          "$(" + joined(parts, ";\\,", random) + ")$",
          "\\langle " + joined(parts, ", ", random) + "\\rangle",
          "\\begin{pmatrix}" + joined(parts, "\\\\", random) + "\\end{pmatrix}");
    }
  }

  /** A set of at least two numbers. */
  record Numbers(List<Ratio> members) implements AnswerValue {
    static Numbers of(List<Ratio> members) {
      TreeSet<Ratio> sorted = new TreeSet<>((x, y) -> Double.compare(x.size(), y.size()));
      sorted.addAll(members);
      return new Numbers(List.copyOf(sorted));
    }

    @Override
    public List<String> notations() {
      Random random = new Random(members.hashCode());
      List<Ratio> shuffled = new ArrayList<>(members);
      Collections.shuffle(shuffled, random);
      List<Ratio> repeated = new ArrayList<>(shuffled);
      repeated.add(members.get(0));
      return List.of(
          "\\{" + joined(members, ", ", random) + "\\}",
          "\\left\\{" + joined(shuffled, ",", random) + "\\right\\}",
          "\\{" + joined(repeated, ", ", random) + "\\}",
          "x \\in \\{" + joined(shuffled, ", ", random) + "\\}",
          shuffled.stream()
              .map(r -> "x = " + r.inside(random))
              .collect(Collectors.joining(" \\text{ or } ")),
          joined(shuffled, ", ", random));
    }
  }

  /** An interval from low to high, low below high. */
  record Range(Ratio low, Ratio high, boolean withLow, boolean withHigh) implements AnswerValue {
    @Override
    public List<String> notations() {
      Random random = new Random(hashCode());
      String open = withLow ? "[" : "(";
      String close = withHigh ? "]" : ")";
      String middle =
          Ratio.of(
                  low.numerator * high.denominator + high.numerator * low.denominator,
                  2 * low.denominator * high.denominator)
              .inside(random);
      String left = low.inside(random);
      String right = high.inside(random);
      return List.of(
          open + left + ", " + right + close,
          "\\left" + open + low.inside(random) + "," + high.inside(random) + "\\right" + close,
          left + (withLow ? " \\le " : " < ") + "x" + (withHigh ? " \\leq " : " < ") + right,
          right + (withHigh ? " >= " : " > ") + "x" + (withLow ? " >= " : " > ") + left,
          "x \\in " + open + left + ", " + right + close,
          open + left + "," + middle + "]\\cup[" + middle + "," + right + close);
    }
  }

  /** A matrix with whole entries. */
  record Table(List<List<Long>> rows) implements AnswerValue {
    @Override
    public List<String> notations() {
      List<List<Long>> tripled =
          rows.stream().map(row -> row.stream().map(x -> 3 * x).toList()).toList();
      return List.of(
          "\\begin{pmatrix}" + cells(rows, " & ", " \\\\ ") + "\\end{pmatrix}",
          "\\begin{bmatrix}" + cells(rows, "&", "\\\\") + "\\\\\\end{bmatrix}",
          "\\left[\\begin{array}{cc}" + cells(rows, "&", "\\\\") + "\\end{array}\\right]",
          "\\frac{1}{3}\\begin{pmatrix}" + cells(tripled, "&", "\\\\") + "\\end{pmatrix}",
          "[[" + cells(rows, ",", "],[") + "]]");
    }

    private static String cells(List<List<Long>> rows, String column, String row) {
      return rows.stream()
          .map(r -> r.stream().map(String::valueOf).collect(Collectors.joining(column)))
          .collect(Collectors.joining(row));
    }
  }

  /** factor · Π (x − rootᵢ y): a polynomial in two variables by its roots, in ascending order. */
  record Product(long factor, List<Long> roots) implements AnswerValue {
    @Override
    public List<String> notations() {
      List<Long> coefficients = new ArrayList<>(List.of(factor));
      for (long root : roots) {
        coefficients.add(0L);
        for (int i = coefficients.size() - 1; i > 0; i--) {
          coefficients.set(i, coefficients.get(i) - root * coefficients.get(i - 1));
        }
      }
      List<String> terms = new ArrayList<>();
      for (int i = 0; i < coefficients.size(); i++) {
        terms.add("(" + coefficients.get(i) + ")x^{" + (roots.size() - i) + "}y^{" + i + "}");
      }
      String factors =
          roots.stream().map(r -> "(x - " + "(" + r + ")y)").collect(Collectors.joining());
      String expanded = String.join(" + ", terms);
      Collections.reverse(terms);
      return List.of(
          factor + factors,
          expanded,
          String.join("+", terms).replace("(", "").replace(")", "").replace("+-", "-"),
          "\\frac{" + factor + factors + "(x^2+y^2)}{y^2+x^2}",
          factor + "\\cdot\\left(" + factors + "\\right)",
          expanded.replace("x^{", "x**{").replace("**{", "^{") + " + z - z");
    }
  }

  private static String joined(List<Ratio> parts, String separator, Random random) {
    return parts.stream().map(p -> p.inside(random)).collect(Collectors.joining(separator));
  }
}
