package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** A place in a list of tokens, and how deep the brackets around it are. */
final class Cursor {
  static final int MAX_DEPTH = 60;

  private final List<Token> tokens;
  private final Budget budget;
  private int position;
  private int depth;
  private int bars;

  Cursor(List<Token> tokens, Budget budget) {
    this.tokens = new ArrayList<>(tokens);
    this.budget = budget;
  }

  Budget budget() {
    return budget;
  }

  Token peek() {
    return tokens.get(position);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(position + ahead, tokens.size() - 1));
  }

  Token next() {
    budget.spend(2);
    Token token = tokens.get(position);
    if (!token.is(Kind.END)) {
      position++;
    }
    return token;
  }

  int position() {
    return position;
  }

  /** Goes back to a place where this was before. */
  void reset(int earlier) {
    position = earlier;
  }

  boolean atEnd() {
    return peek().is(Kind.END);
  }

  /** Passes the sign where it is next. */
  boolean accept(String sign) {
    boolean found = peek().isSign(sign);
    position += found ? 1 : 0;
    return found;
  }

  /**
   * Passes the sign.
   *
   * @throws NotAFormulaException if something else is next
   */
  void expect(String sign) {
    if (!accept(sign)) {
      throw new NotAFormulaException("expected \"" + sign + "\", found \"" + peek().text() + "\"");
    }
  }

  /** Takes only the first digit of the number that is next, as TeX does in \frac12. */
  Token nextDigit() {
    Token token = peek();
    if (token.is(Kind.NUMBER) && token.text().length() > 1 && token.text().matches("\\d++")) {
      tokens.set(position, new Token(Kind.NUMBER, token.text().substring(1), false));
      return new Token(Kind.NUMBER, token.text().substring(0, 1), false);
    }
    return next();
  }

  /**
   * Goes one bracket deeper.
   *
   * @throws OutOfReachException if that is too deep
   */
  void enter() {
    budget.spend(1);
    if (++depth > MAX_DEPTH) {
      throw new OutOfReachException("nested deeper than " + MAX_DEPTH);
    }
  }

  void leave() {
    depth--;
  }

  /** Says that a bar now closes an absolute value. */
  void openBars() {
    bars++;
  }

  void closeBars() {
    bars--;
  }

  boolean inBars() {
    return bars > 0;
  }

  /** Passes a bar; two bars in a row may be the end of one value and the beginning of the next. */
  void expectBar() {
    if (peek().isSign("‖")) {
      tokens.set(position, Token.sign("|"));
    } else {
      expect("|");
    }
  }

  /** Suspends the meaning of bars inside of brackets; returns what to restore. */
  int suspendBars() {
    int open = bars;
    bars = 0;
    return open;
  }

  void restoreBars(int open) {
    bars = open;
  }
}
