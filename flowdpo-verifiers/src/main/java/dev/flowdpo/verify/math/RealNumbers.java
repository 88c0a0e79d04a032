package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.BasedNumber;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Node.Ratio;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.Node.Words;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalDouble;

/** The real numbers that answers are. */
final class RealNumbers {
  private static final int DIGITS = 30;

  private RealNumbers() {}

  /**
   * Returns the number of a constant formula, with or without a unit, a name, or as a word.
   *
   * @throws OutOfReachException if the formula has no value
   */
  static OptionalDouble of(Node node, Budget budget) {
    Optional<Labels.Named> named = Labels.named(node);
    if (named.isPresent()) {
      return of(named.get().value(), budget);
    } else if (node instanceof Quantity quantity) {
      return of(quantity.value(), budget);
    } else if (node instanceof BasedNumber number) {
      return of(BasedNumbers.value(number, budget), budget);
    } else if (node instanceof Words words) {
      Optional<Node> number = TextForm.number(words.text());
      return number.isPresent() ? of(number.get(), budget) : OptionalDouble.empty();
    } else if (node instanceof Ratio ratio && ratio.parts().size() == 2) {
      return of(Node.quotient(ratio.parts().get(0), ratio.parts().get(1)), budget);
    }
    if (!ScalarComparison.isFormula(node) || Rewriting.any(node, n -> n instanceof Symbol)) {
      return OptionalDouble.empty();
    }
    BigDecimal value =
        Evaluator.ofConstants(DIGITS, budget).real(Rewriting.logarithms(node, "log10"));
    return OptionalDouble.of(value.doubleValue());
  }
}
