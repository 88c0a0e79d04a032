package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Constant;
import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Node.Relation;
import dev.flowdpo.verify.math.Node.Sum;
import dev.flowdpo.verify.math.Node.Symbol;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The value of a formula at a point, to many digits. Remembers whether the way to it left the real
 * numbers, and the largest number on the way, against which an error is to be measured.
 */
final class Evaluator {
  private static final int MAX_POWER = 10_000;
  private static final long EXACT_STEPS = 10_000;

  private final Elementary functions;
  private final ComplexFunctions complex;
  private final Budget budget;
  private final SamplePoint point;
  private boolean leftReals;
  private long largest = Long.MIN_VALUE / 2;

  Evaluator(Elementary functions, SamplePoint point, Budget budget) {
    this.functions = functions;
    this.complex = new ComplexFunctions(functions);
    this.point = point;
    this.budget = budget;
  }

  /** Creates an evaluator of formulas without variables. */
  static Evaluator ofConstants(int digits, Budget budget) {
    return new Evaluator(new Elementary(digits, budget), new SamplePoint(0, false, false), budget);
  }

  /**
   * Returns the value.
   *
   * @throws OutOfReachException if it is undefined there, or too large
   */
  Complex value(Node node) {
    budget.spend(5);
    Complex value = compute(node);
    leftReals |= !value.isReal();
    largest = Math.max(largest, value.magnitude());
    return value;
  }

  /**
   * Returns the value where it is real and most of its digits are right.
   *
   * @throws OutOfReachException if it is not, or too little is left of large numbers on the way
   */
  BigDecimal real(Node node) {
    Complex value = value(node);
    if (!value.isReal()) {
      throw new OutOfReachException("not a real number");
    }
    if (!value.isZero() && largest - value.magnitude() > functions.context().getPrecision() / 3) {
      throw new OutOfReachException("a value that is what is left of much larger numbers");
    }
    return value.re();
  }

  boolean leftReals() {
    return leftReals;
  }

  /** Returns the decimal exponent of the largest number on the way. */
  long largest() {
    return largest;
  }

  private Complex compute(Node node) {
    if (node instanceof Num num) {
      return real(num.value());
    } else if (node instanceof Symbol symbol) {
      return real(point.value(symbol.name()));
    } else if (node instanceof Constant constant) {
      return constant(constant);
    } else if (node instanceof Sum sum) {
      Complex total = Complex.ZERO;
      for (Node term : sum.terms()) {
        total = total.plus(value(term), functions);
      }
      return total;
    } else if (node instanceof Product product) {
      Complex total = Complex.ONE;
      for (Node factor : product.factors()) {
        total = total.times(value(factor), functions);
      }
      return total;
    } else if (node instanceof Power power) {
      return power(power);
    } else if (node instanceof Call call) {
      return call(call);
    } else if (node instanceof Quantity quantity) {
      return quantity(quantity);
    }
    throw new OutOfReachException("no formula: " + node.getClass().getSimpleName());
  }

  private Complex real(Rational value) {
    return Complex.of(value.toDecimal(functions.context(), budget));
  }

  private Complex constant(Constant constant) {
    return switch (constant) {
      case PI -> Complex.of(functions.pi());
      case E -> Complex.of(functions.exp(BigDecimal.ONE));
      case I -> point.binds("i") ? real(point.value("i")) : Complex.I;
      case INFINITY -> throw new OutOfReachException("infinity in a formula");
    };
  }

  private Complex quantity(Quantity quantity) {
    Complex value = value(quantity.value());
    if (quantity.unit().isPercent()) {
      return value.times(real(Rational.of(1, 100)), functions);
    }
    if (quantity.unit().isDegree()) {
      return value
          .times(Complex.of(functions.pi()), functions)
          .times(real(Rational.of(1, 180)), functions);
    }
    throw new OutOfReachException("a unit inside a formula");
  }

  private Optional<Rational> exact(Node node) {
    budget.spend(10);
    try {
      Budget part = budget.part(EXACT_STEPS);
      Fraction form = new Normalizer(part, point.bindings(node, part)).normalize(node);
      return form.isConstant() ? Optional.of(form.constant()) : Optional.empty();
    } catch (OutOfReachException e) {
      budget.spend(1); // fails for good where nothing is left
      return Optional.empty();
    }
  }

  private Complex power(Power power) {
    Complex base = value(power.base());
    Optional<Rational> exponent = exact(power.exponent());
    if (exponent.isPresent()) {
      Rational e = exponent.get();
      if (e.isInteger() && e.abs().compareTo(Rational.of(MAX_POWER)) <= 0) {
        if (base.isZero() && e.signum() <= 0) {
          throw new OutOfReachException("zero to a power that is not positive");
        }
        return base.power(e.intValueExact(), functions);
      }
      if (e.equals(Rational.HALF)) {
        return base.sqrt(functions);
      }
      boolean odd = e.denominator().testBit(0);
      if (odd && !point.principalRoots() && base.isReal() && base.re().signum() < 0) {
        Complex root = positivePower(base.negate(), real(e));
        return e.numerator().testBit(0) ? root.negate() : root;
      }
      return positivePower(base, real(e));
    }
    return positivePower(base, value(power.exponent()));
  }

  private Complex positivePower(Complex base, Complex exponent) {
    if (base.isZero()) {
      if (!exponent.isReal() || exponent.re().signum() <= 0) {
        throw new OutOfReachException("zero to a power that is not positive");
      }
      return Complex.ZERO;
    }
    Complex logarithm = base.ln(functions);
    leftReals |= !logarithm.isReal();
    return logarithm.times(exponent, functions).exp(functions);
  }

  private Complex call(Call call) {
    if (call.function().equals("sum") || call.function().equals("prod")) {
      return bound(call);
    }
    if (Functions.BOUND.contains(call.function())) {
      return opaque(call);
    }
    List<Rational> exact = new ArrayList<>();
    for (Node argument : call.arguments()) {
      exact(argument).ifPresent(exact::add);
    }
    if (exact.size() == call.arguments().size()) {
      Optional<Rational> value = WholeFunctions.value(call.function(), exact, budget);
      if (value.isPresent()) {
        return real(value.get());
      }
    }
    List<Complex> arguments = new ArrayList<>();
    for (Node argument : call.arguments()) {
      arguments.add(value(argument));
    }
    if (call.function().equals("floor") || call.function().equals("ceil")) {
      return rounded(call.function(), arguments.get(0));
    }
    return complex.value(call.function(), arguments).orElseGet(() -> opaque(call));
  }

  /** A value too near to a whole number could fall on either side. */
  private Complex rounded(String function, Complex value) {
    BigDecimal x = function.equals("floor") ? value.re() : value.re().negate();
    BigDecimal floor = x.setScale(0, java.math.RoundingMode.FLOOR);
    BigDecimal rest = x.subtract(floor);
    if (!value.isReal()
        || Elementary.magnitude(rest) < -15
        || Elementary.magnitude(BigDecimal.ONE.subtract(rest)) < -15) {
      throw new OutOfReachException("a rounding that cannot be decided");
    }
    return Complex.of(function.equals("floor") ? floor : floor.negate());
  }

  /** A function that nothing is known of has some value of its own for each argument. */
  private Complex opaque(Call call) {
    Fraction form = new Normalizer(budget, Map.of()).normalize(call);
    return real(point.value("?" + form.key(budget)));
  }

  private Complex bound(Call call) {
    if (!(call.arguments().get(0) instanceof Relation range)) {
      return opaque(call);
    }
    String name = CallRules.index(range);
    Optional<Rational> from = exact(range.sides().get(range.sides().size() - 1));
    Optional<Rational> to = exact(call.arguments().get(1));
    if (name.isEmpty() || from.isEmpty() || to.isEmpty()) {
      return opaque(call);
    }
    int first = from.get().intValueExact();
    int last = to.get().intValueExact();
    if ((long) last - first > CallRules.MAX_SUMMANDS) {
      throw new OutOfReachException("a sum of more than " + CallRules.MAX_SUMMANDS + " terms");
    }
    boolean sum = call.function().equals("sum");
    Complex total = sum ? Complex.ZERO : Complex.ONE;
    for (int i = first; i <= last; i++) {
      budget.spend(10);
      SamplePoint inner = point.with(name, Rational.of(i));
      Complex term = new Evaluator(functions, inner, budget).value(call.arguments().get(2));
      total = sum ? total.plus(term, functions) : total.times(term, functions);
    }
    return total;
  }
}
