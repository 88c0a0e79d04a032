package dev.flowdpo.verify.math;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** Elementary functions of complex numbers, principal values; real where the arguments allow it. */
final class ComplexFunctions {
  private static final BigDecimal TWO = BigDecimal.valueOf(2);

  private final Elementary f;

  ComplexFunctions(Elementary functions) {
    this.f = functions;
  }

  /** Returns the value, where this knows the function with that many arguments. */
  Optional<Complex> value(String function, List<Complex> arguments) {
    if (arguments.size() == 2 && function.equals("logbase")) {
      return Optional.of(arguments.get(1).ln(f).dividedBy(arguments.get(0).ln(f), f));
    }
    if (function.equals("max") || function.equals("min")) {
      return extreme(function.equals("max"), arguments);
    }
    return arguments.size() == 1 ? value(function, arguments.get(0)) : Optional.empty();
  }

  private Optional<Complex> value(String function, Complex z) {
    Complex value =
        switch (function) {
          case "sin" -> sin(z);
          case "cos" -> cos(z);
          case "tan" -> sin(z).dividedBy(cos(z), f);
          case "cot" -> cos(z).dividedBy(sin(z), f);
          case "sec" -> inverse(cos(z));
          case "csc" -> inverse(sin(z));
          case "arcsin" -> arcsin(z);
          case "arccos" -> halfPi().minus(arcsin(z), f);
          case "arctan" -> arctan(z);
          case "arccot" -> halfPi().minus(arctan(z), f);
          case "arcsec" -> halfPi().minus(arcsin(inverse(z)), f);
          case "arccsc" -> arcsin(inverse(z));
          case "sinh" -> sinh(z);
          case "cosh" -> cosh(z);
          case "tanh" -> tanh(z);
          case "coth" -> inverse(tanh(z));
          case "sech" -> inverse(cosh(z));
          case "csch" -> inverse(sinh(z));
          case "arcsinh" -> z.plus(z.times(z, f).plus(Complex.ONE, f).sqrt(f), f).ln(f);
          case "arccosh" -> arccosh(z);
          case "arctanh" ->
              half(Complex.ONE.plus(z, f).dividedBy(Complex.ONE.minus(z, f), f).ln(f));
          case "exp" -> z.exp(f);
          case "ln" -> z.ln(f);
          case "log10" -> z.ln(f).dividedBy(Complex.of(BigDecimal.TEN).ln(f), f);
          case "abs", "norm" -> Complex.of(z.abs(f));
          case "re" -> Complex.of(z.re());
          case "im" -> Complex.of(z.im());
          case "conj" -> new Complex(z.re(), z.im().negate());
          case "arg" -> Complex.of(f.angle(z.re(), z.im()));
          case "cis" -> cos(z).plus(Complex.I.times(sin(z), f), f);
          case "sign" -> Complex.of(BigDecimal.valueOf(real(z).signum()));
          default -> null;
        };
    return Optional.ofNullable(value);
  }

  private static BigDecimal real(Complex z) {
    if (!z.isReal()) {
      throw new OutOfReachException("an order between complex numbers");
    }
    return z.re();
  }

  private static Optional<Complex> extreme(boolean largest, List<Complex> values) {
    return values.stream().reduce((a, b) -> (real(a).compareTo(real(b)) >= 0) == largest ? a : b);
  }

  private Complex inverse(Complex z) {
    return Complex.ONE.dividedBy(z, f);
  }

  private Complex half(Complex z) {
    return z.dividedBy(Complex.of(TWO), f);
  }

  private Complex halfPi() {
    return Complex.of(f.divide(f.pi(), TWO));
  }

  private Complex sin(Complex z) {
    if (z.isReal()) {
      return Complex.of(f.cosSin(z.re())[1]);
    }
    return sinh(Complex.I.times(z, f)).dividedBy(Complex.I, f);
  }

  private Complex cos(Complex z) {
    if (z.isReal()) {
      return Complex.of(f.cosSin(z.re())[0]);
    }
    return cosh(Complex.I.times(z, f));
  }

  private Complex sinh(Complex z) {
    return half(z.exp(f).minus(z.negate().exp(f), f));
  }

  private Complex cosh(Complex z) {
    return half(z.exp(f).plus(z.negate().exp(f), f));
  }

  private Complex tanh(Complex z) {
    Complex square = z.plus(z, f).exp(f);
    return square.minus(Complex.ONE, f).dividedBy(square.plus(Complex.ONE, f), f);
  }

  private Complex arcsin(Complex z) {
    if (z.isReal() && z.re().abs().compareTo(BigDecimal.ONE) <= 0) {
      Complex cos = Complex.ONE.minus(z.times(z, f), f).sqrt(f);
      return Complex.of(f.angle(cos.re(), z.re()));
    }
    // −i ln(iz + √(1 − z²))
    Complex root = Complex.ONE.minus(z.times(z, f), f).sqrt(f);
    return Complex.I.times(z, f).plus(root, f).ln(f).dividedBy(Complex.I, f);
  }

  private Complex arctan(Complex z) {
    if (z.isReal()) {
      return Complex.of(f.arctan(z.re()));
    }
    // (i/2) (ln(1 − iz) − ln(1 + iz))
    Complex iz = Complex.I.times(z, f);
    Complex difference = Complex.ONE.minus(iz, f).ln(f).minus(Complex.ONE.plus(iz, f).ln(f), f);
    return half(Complex.I.times(difference, f));
  }

  private Complex arccosh(Complex z) {
    Complex below = z.minus(Complex.ONE, f).sqrt(f);
    Complex above = z.plus(Complex.ONE, f).sqrt(f);
    return z.plus(below.times(above, f), f).ln(f);
  }
}
