package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Token.Kind;

/** Reads units after a value: words, signs and quotients of them, degrees and temperatures. */
final class UnitParser {
  private final Cursor cursor;

  UnitParser(Cursor cursor) {
    this.cursor = cursor;
  }

  /** Says whether a text says "and" or "or", rather than naming a unit. */
  static boolean isConjunction(Token token) {
    return token.text().strip().matches("(?i),?\\s*(and|or),?|,|;");
  }

  static Unit mark(String sign) {
    return switch (sign) {
      case "%" -> Unit.PERCENT;
      case "°" -> Unit.DEGREE;
      case "$" -> Unit.DOLLAR;
      default -> Unit.base(sign, Rational.ONE);
    };
  }

  /** Returns a value with the unit that follows it. */
  Quantity quantity(Node value) {
    String words = unit();
    if (value instanceof Quantity percent
        && percent.unit().isPercent()
        && words.strip().equals("points")) {
      return percent;
    }
    if (value instanceof Quantity amount
        && !amount.unit().isDegree()
        && words.strip().startsWith("per ")) {
      return new Quantity(
          amount.value(),
          amount.unit().times(UnitTable.read(words, cursor.budget()), cursor.budget()));
    }
    return value instanceof Quantity degrees && degrees.unit().isDegree()
        ? new Quantity(degrees.value(), UnitTable.temperature(words))
        : new Quantity(value, UnitTable.read(words, cursor.budget()));
  }

  /** Returns degrees of an angle, or of a temperature where C or F follows. */
  Quantity degrees(Node value) {
    Token scale = cursor.peek();
    if (value instanceof Num && scale.is(Kind.NAME) && scale.text().matches("[CF]")) {
      return new Quantity(value, UnitTable.temperature(cursor.next().text()));
    }
    return new Quantity(value, Unit.DEGREE);
  }

  /** Says whether a fraction of two units is next: \frac{\text{km}}{\text{h}}. */
  boolean startsFraction() {
    return cursor.peek().is(Kind.COMMAND)
        && Functions.FRACTIONS.contains(cursor.peek().text())
        && cursor.peek(1).isSign("{")
        && isUnit(cursor.peek(2))
        && cursor.peek(3).isSign("}")
        && cursor.peek(4).isSign("{")
        && isUnit(cursor.peek(5))
        && cursor.peek(6).isSign("}");
  }

  private static boolean isUnit(Token token) {
    return token.is(Kind.TEXT) && Unit.isKnown(token.text().strip());
  }

  /** Reads a unit's words, with exponents and quotients between them. */
  private String unit() {
    StringBuilder words = new StringBuilder();
    while (true) {
      Token token = cursor.peek();
      if ((token.is(Kind.TEXT) || token.is(Kind.WORD)) && !isConjunction(token)) {
        words.append(' ').append(cursor.next().text());
      } else if (words.isEmpty() && startsFraction()) {
        words.append(cursor.peek(2).text()).append(" / ").append(cursor.peek(5).text());
        skip(7);
      } else if (token.isSign("^") && !exponent().isEmpty()) {
        String exponent = exponent();
        boolean braced = cursor.peek(1).isSign("{");
        words.append('^').append(exponent);
        skip(1 + (exponent.startsWith("-") ? 2 : 1) + (braced ? 2 : 0));
      } else if (token.isSign("/") && startsUnit(cursor.peek(1))) {
        words.append(" / ").append(cursor.peek(1).text());
        skip(2);
      } else {
        return words.toString();
      }
    }
  }

  private static boolean startsUnit(Token token) {
    return token.is(Kind.TEXT) || (token.is(Kind.NAME) && Unit.isKnown(token.text()));
  }

  /** Returns the number after the power sign that is next, in braces or not; else "". */
  private String exponent() {
    boolean braced = cursor.peek(1).isSign("{");
    int at = braced ? 2 : 1;
    boolean negative = cursor.peek(at).isSign("-");
    at += negative ? 1 : 0;
    Token number = cursor.peek(at);
    boolean closed = !braced || cursor.peek(at + 1).isSign("}");
    return number.is(Kind.NUMBER) && closed ? (negative ? "-" : "") + number.text() : "";
  }

  private void skip(int tokens) {
    cursor.reset(cursor.position() + tokens);
  }
}
