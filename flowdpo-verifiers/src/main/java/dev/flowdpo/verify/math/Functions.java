package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;

/** The names of functions, as they are written and as {@link Node.Call} keeps them. */
final class Functions {
  private static final ImmutableMap<String, String> SYNONYMS =
      ImmutableMap.<String, String>builder()
          .put("tg", "tan")
          .put("ctg", "cot")
          .put("cotg", "cot")
          .put("cosec", "csc")
          .put("asin", "arcsin")
          .put("acos", "arccos")
          .put("atan", "arctan")
          .put("arctg", "arctan")
          .put("acot", "arccot")
          .put("asec", "arcsec")
          .put("acsc", "arccsc")
          .put("arsinh", "arcsinh")
          .put("arcosh", "arccosh")
          .put("artanh", "arctanh")
          .put("asinh", "arcsinh")
          .put("acosh", "arccosh")
          .put("atanh", "arctanh")
          .put("lg", "log10")
          .put("Re", "re")
          .put("Im", "im")
          .put("sgn", "sign")
          .put("ceiling", "ceil")
          .put("conjugate", "conj")
          .put("GCD", "gcd")
          .put("LCM", "lcm")
          .build();

  private static final ImmutableSet<String> NAMES =
      ImmutableSet.copyOf(
          ("sin cos tan cot sec csc arcsin arccos arctan arccot arcsec arccsc sinh cosh tanh coth"
                  + " sech csch arcsinh arccosh arctanh exp log ln log10 abs floor ceil max min gcd"
                  + " lcm sign re im conj det arg deg dim cis tr rank")
              .split(" "));

  /** Functions whose powers are written between name and argument, as in sin² x. */
  private static final ImmutableMap<String, String> INVERSES =
      ImmutableMap.<String, String>builder()
          .put("sin", "arcsin")
          .put("cos", "arccos")
          .put("tan", "arctan")
          .put("cot", "arccot")
          .put("sec", "arcsec")
          .put("csc", "arccsc")
          .put("sinh", "arcsinh")
          .put("cosh", "arccosh")
          .put("tanh", "arctanh")
          .build();

  /** Operators that carry bounds: the body is what follows. */
  static final ImmutableSet<String> BOUND = ImmutableSet.of("sum", "prod", "int", "lim", "iint");

  /** Commands that take braces: fractions, roots, binomials. */
  static final ImmutableSet<String> FRACTIONS = ImmutableSet.of("frac", "dfrac", "tfrac", "cfrac");

  static final ImmutableSet<String> BINOMIALS = ImmutableSet.of("binom", "dbinom", "tbinom");

  private Functions() {}

  /** Returns the one name of a function, where the word is one. */
  static Optional<String> named(String word) {
    String name = SYNONYMS.getOrDefault(word, word);
    return NAMES.contains(name) ? Optional.of(name) : Optional.empty();
  }

  /** Says whether a name is one that functions are given: f, g′, f with an index. */
  static boolean isFree(String name) {
    return name.matches("[fg]'*+(?:_.*)?");
  }

  /** Returns the function that f⁻¹ means. */
  static Optional<String> inverse(String function) {
    return Optional.ofNullable(INVERSES.get(function));
  }
}
