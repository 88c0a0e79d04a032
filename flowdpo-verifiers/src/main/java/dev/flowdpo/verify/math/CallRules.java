package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Atom.Kind;
import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Constant;
import dev.flowdpo.verify.math.Node.Relation;
import dev.flowdpo.verify.math.Node.Symbol;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Functions of normal forms: exact values of whole numbers, logarithms of rationals, else atoms.
 */
final class CallRules {
  static final int MAX_SUMMANDS = 400;

  private final Normalizer normalizer;
  private final Budget budget;

  CallRules(Normalizer normalizer, Budget budget) {
    this.normalizer = normalizer;
    this.budget = budget;
  }

  Fraction call(Call call) {
    if (Functions.BOUND.contains(call.function())) {
      return bound(call);
    }
    if (call.function().equals("overline") || call.function().equals("prime")) {
      return atom(call.function(), List.of(normalizer.normalize(call.arguments().get(0))));
    }
    List<Fraction> arguments = new ArrayList<>();
    for (Node argument : call.arguments()) {
      arguments.add(normalizer.normalize(argument));
    }
    Optional<Fraction> logarithm = logarithm(call.function(), arguments);
    if (logarithm.isPresent()) {
      return logarithm.get();
    }
    if (call.function().equals("exp") && arguments.size() == 1) {
      return new PowerRules(budget).power(Fraction.of(Atom.E), arguments.get(0));
    }
    List<Rational> values = new ArrayList<>();
    for (Fraction argument : arguments) {
      if (argument.isConstant()) {
        values.add(argument.constant());
      }
    }
    if (values.size() == arguments.size()) {
      Optional<Rational> exact = WholeFunctions.value(call.function(), values, budget);
      if (exact.isPresent()) {
        return Fraction.of(exact.get());
      }
    }
    return atom(call.function(), arguments);
  }

  private Fraction atom(String function, List<Fraction> arguments) {
    List<String> keys = arguments.stream().map(argument -> argument.key(budget)).toList();
    return Fraction.of(Atom.of(Kind.CALL, function + keys));
  }

  private Optional<Fraction> logarithm(String function, List<Fraction> arguments) {
    return switch (function) {
      case "ln" ->
          arguments.size() == 1 ? Optional.of(natural(arguments.get(0))) : Optional.empty();
      case "log10" -> Optional.of(quotient(arguments.get(0), Fraction.of(Rational.of(10))));
      case "logbase" ->
          arguments.size() == 2
              ? Optional.of(quotient(arguments.get(1), arguments.get(0)))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private Fraction quotient(Fraction argument, Fraction base) {
    return natural(argument).times(natural(base).inverse(budget), budget);
  }

  /** ln Π pᵏ = Σ k ln p, also for powers of e; anything else is an atom. */
  private Fraction natural(Fraction argument) {
    if (!argument.isPolynomial() || argument.numerator().terms().size() != 1) {
      return atom("ln", List.of(argument));
    }
    Monomial.Term term = argument.numerator().single();
    boolean reducible =
        term.monomial().factors().stream()
            .allMatch(f -> f.atom().kind() == Kind.PRIME || f.atom().kind() == Kind.E);
    if (!reducible || term.coefficient().signum() < 0) {
      return atom("ln", List.of(argument));
    }
    Polynomial sum = logarithms(term.coefficient().numerator(), Rational.ONE);
    sum = sum.plus(logarithms(term.coefficient().denominator(), Rational.MINUS_ONE), budget);
    for (Monomial.Factor factor : term.monomial().factors()) {
      sum =
          sum.plus(
              factor.atom().kind() == Kind.E
                  ? Polynomial.of(factor.exponent())
                  : logarithms(factor.atom().prime(), factor.exponent()),
              budget);
    }
    return Fraction.of(sum);
  }

  private Polynomial logarithms(BigInteger number, Rational times) {
    Polynomial sum = Polynomial.ZERO;
    for (Map.Entry<BigInteger, Integer> factor : PrimeFactors.of(number, budget).entrySet()) {
      budget.digits(factor.getKey().bitLength());
      Atom atom = Atom.of(Kind.LOGARITHM, factor.getKey().toString());
      Rational multiple = times.times(Rational.of(factor.getValue()), budget);
      sum = sum.plus(Polynomial.of(atom).times(multiple, budget), budget);
    }
    return sum;
  }

  /** A sum or product over few whole numbers is worked out; any other is an atom. */
  private Fraction bound(Call call) {
    Node lower = call.arguments().get(0);
    Node upper = call.arguments().get(1);
    Node body = call.arguments().get(2);
    boolean sum = call.function().equals("sum");
    if (!(sum || call.function().equals("prod")) || !(lower instanceof Relation range)) {
      return opaque(call);
    }
    String index = index(range);
    Fraction from = normalizer.normalize(range.sides().get(range.sides().size() - 1));
    if (index.isEmpty() || upper instanceof Node.Words || upper == Constant.INFINITY) {
      return opaque(call);
    }
    Fraction to = normalizer.normalize(upper);
    if (!from.isConstant() || !to.isConstant() || mentions(body, index)) {
      return opaque(call);
    }
    int first = from.constant().intValueExact();
    int last = to.constant().intValueExact();
    if ((long) last - first > MAX_SUMMANDS) {
      return opaque(call);
    }
    Fraction total = sum ? Fraction.ZERO : Fraction.ONE;
    for (int i = first; i <= last; i++) {
      budget.spend(4 + normalizer.bindings().size());
      Map<String, Rational> bindings = new HashMap<>(normalizer.bindings());
      bindings.put(index, Rational.of(i));
      Fraction summand = new Normalizer(budget, bindings).normalize(body);
      total = sum ? total.plus(summand, budget) : total.times(summand, budget);
    }
    return total;
  }

  /** Returns the name of the variable that a sum goes over, or "". */
  static String index(Relation range) {
    Node node = range.sides().get(0);
    return node instanceof Symbol symbol ? symbol.name() : node == Constant.I ? "i" : "";
  }

  /** Says whether a name's index may depend on the bound variable, which no binding reaches. */
  private static boolean mentions(Node body, String index) {
    if (body instanceof Symbol symbol && symbol.name().contains("_")) {
      return symbol.name().substring(symbol.name().indexOf('_')).contains(index);
    }
    return body.children().stream().anyMatch(child -> mentions(child, index));
  }

  private Fraction opaque(Call call) {
    StringBuilder key = new StringBuilder(call.function());
    for (Node part : call.arguments()) {
      key.append('[').append(key(part)).append(']');
    }
    return Fraction.of(Atom.of(Kind.CALL, key.toString()));
  }

  private String key(Node part) {
    if (part instanceof Relation relation) {
      StringBuilder key = new StringBuilder(relation.relators().toString());
      relation.sides().forEach(side -> key.append(';').append(key(side)));
      return key.toString();
    }
    return part instanceof Node.Words || part == Constant.INFINITY
        ? part.toString()
        : normalizer.normalize(part).key(budget);
  }
}
