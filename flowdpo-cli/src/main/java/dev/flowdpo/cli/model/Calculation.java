package dev.flowdpo.cli.model;

import java.util.OptionalLong;
import java.util.StringTokenizer;
import java.util.regex.Pattern;

/** Checks calculations as solutions write them, such as {@code 3*4-2=10}. Stateless. */
final class Calculation {
  private static final Pattern FORM = Pattern.compile("\\d{1,9}([-+*/]\\d{1,9})*=-?\\d{1,9}");

  private Calculation() {}

  /** Returns the right-hand side, or nothing where the line is no calculation or does not hold. */
  static OptionalLong result(String line) {
    if (!FORM.matcher(line).matches()) {
      return OptionalLong.empty();
    }
    int equals = line.indexOf('=');
    double result = Double.parseDouble(line.substring(equals + 1));
    return value(line.substring(0, equals)) == result
        ? OptionalLong.of((long) result)
        : OptionalLong.empty();
  }

  /** Evaluates products before sums, each from the left; a division by zero gives no number. */
  private static double value(String terms) {
    StringTokenizer tokens = new StringTokenizer(terms, "+-*/", true);
    double sum = 0;
    double product = Double.parseDouble(tokens.nextToken());
    while (tokens.hasMoreTokens()) {
      char operator = tokens.nextToken().charAt(0);
      double operand = Double.parseDouble(tokens.nextToken());
      switch (operator) {
        case '*' -> product *= operand;
        case '/' -> product /= operand;
        default -> {
          sum += product;
          product = operator == '+' ? operand : -operand;
        }
      }
    }
    return sum + product;
  }
}
