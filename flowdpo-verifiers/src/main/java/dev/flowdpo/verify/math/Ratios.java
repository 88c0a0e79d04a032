package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Ratio;
import java.util.List;
import java.util.Optional;

/** Ratios are equal up to a factor; one of two parts equals its quotient. */
final class Ratios {
  private Ratios() {}

  /** Returns the outcome, where both nodes can be read as ratios. */
  static Optional<Comparison> compare(Node left, Node right, Comparer comparer) {
    if (left instanceof Ratio a && right instanceof Ratio b) {
      return Optional.of(ratios(a, b, comparer));
    }
    if (left instanceof Ratio a && a.parts().size() == 2 && ScalarComparison.isFormula(right)) {
      return Optional.of(comparer.compare(quotient(a), right));
    }
    if (right instanceof Ratio b && b.parts().size() == 2 && ScalarComparison.isFormula(left)) {
      return Optional.of(comparer.compare(left, quotient(b)));
    }
    return Optional.empty();
  }

  private static Node quotient(Ratio ratio) {
    return Node.quotient(ratio.parts().get(0), ratio.parts().get(1));
  }

  private static Comparison ratios(Ratio a, Ratio b, Comparer comparer) {
    if (a.parts().size() != b.parts().size()) {
      return Comparison.different("ratios of different numbers of parts");
    }
    if (isTime(a) && isTime(b)) {
      return Comparison.of(a.equals(b), "compared as times of day");
    }
    Comparison last = Comparison.equal("the same ratio");
    for (int i = 1; i < a.parts().size(); i++) {
      last =
          comparer.compare(
              new Product(List.of(a.parts().get(0), b.parts().get(i))),
              new Product(List.of(b.parts().get(0), a.parts().get(i))));
      if (!last.isEqual()) {
        return last;
      }
    }
    return last;
  }

  /** Returns the minutes since midnight of a time that only the 24-hour clock has. */
  static Optional<Long> minutesOfLongClock(Ratio ratio) {
    if (!isTime(ratio)) {
      return Optional.empty();
    }
    Rational hours = ((Num) ratio.parts().get(0)).value();
    Rational minutes = ((Num) ratio.parts().get(1)).value();
    boolean afternoon = hours.compareTo(Rational.of(12)) > 0;
    return afternoon
        ? Optional.of(60L * hours.intValueExact() + minutes.intValueExact())
        : Optional.empty();
  }

  /** 3:30 is half past three, and 1:10 is not. */
  private static boolean isTime(Ratio ratio) {
    return ratio.parts().size() == 2
        && ratio.parts().get(0) instanceof Num hours
        && ratio.parts().get(1) instanceof Num minutes
        && hours.value().isInteger()
        && hours.value().compareTo(Rational.of(24)) <= 0
        && minutes.value().isInteger()
        && minutes.value().compareTo(Rational.of(60)) < 0
        && (minutes.digits() == 2 || minutes.value().compareTo(Rational.of(10)) >= 0);
  }
}
