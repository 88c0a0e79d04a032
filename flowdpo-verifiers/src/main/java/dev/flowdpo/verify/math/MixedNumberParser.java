package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Sum;
import dev.flowdpo.verify.math.Token.Kind;
import java.util.List;
import java.util.Optional;

/** Reads mixed numbers: a whole number right before a proper fraction is their sum. */
final class MixedNumberParser {
  private final Cursor cursor;
  private final PrimaryParser primaries;

  MixedNumberParser(Cursor cursor, PrimaryParser primaries) {
    this.cursor = cursor;
    this.primaries = primaries;
  }

  /** Returns the mixed number that starts here; where none does, the cursor stays. */
  Optional<Node> mixedNumber() {
    Token whole = cursor.peek();
    if (!whole.is(Kind.NUMBER) || !whole.text().matches("\\d++")) {
      return Optional.empty();
    }
    int start = cursor.position();
    cursor.next();
    Optional<Node> fraction = properFraction();
    if (fraction.isEmpty()) {
      cursor.reset(start);
      return Optional.empty();
    }
    return Optional.of(
        new Sum(List.of(Numbers.read(whole.text(), cursor.budget()), fraction.get())));
  }

  private Optional<Node> properFraction() {
    Token token = cursor.peek();
    if (token.is(Kind.COMMAND) && Functions.FRACTIONS.contains(token.text()) && hasPlainParts()) {
      Node fraction = primaries.primary();
      boolean goesOn = cursor.peek().isSign("^") || cursor.peek().isSign("!");
      return Optional.of(fraction).filter(f -> isProper(f) && !goesOn);
    }
    if (token.is(Kind.NUMBER)
        && token.spaced()
        && cursor.peek(1).isSign("/")
        && cursor.peek(2).is(Kind.NUMBER)) {
      cursor.next();
      cursor.next();
      Node numerator = Numbers.read(token.text(), cursor.budget());
      Node fraction = Node.quotient(numerator, Numbers.read(cursor.next().text(), cursor.budget()));
      return Optional.of(fraction).filter(MixedNumberParser::isProper);
    }
    return Optional.empty();
  }

  /** Looks ahead, since reading nested fractions twice at each level would take for ever. */
  private boolean hasPlainParts() {
    if (cursor.peek(1).is(Kind.NUMBER)) {
      return cursor.peek(1).text().length() > 1 || isPlain(2);
    }
    return isPlain(1) && isPlain(4);
  }

  private boolean isPlain(int at) {
    return cursor.peek(at).is(Kind.NUMBER)
        || (cursor.peek(at).isSign("{")
            && cursor.peek(at + 1).is(Kind.NUMBER)
            && cursor.peek(at + 2).isSign("}"));
  }

  private static boolean isProper(Node fraction) {
    return fraction instanceof Product product
        && product.factors().get(0) instanceof Num numerator
        && product.factors().get(1) instanceof Power power
        && power.base() instanceof Num denominator
        && numerator.value().isInteger()
        && denominator.value().isInteger()
        && numerator.value().signum() > 0
        && numerator.value().compareTo(denominator.value()) < 0;
  }
}
