package dev.flowdpo.verify.math;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.math.BigInteger;
import java.util.Optional;

/**
 * What a normal form does not take apart: a variable, a prime under a root, π, a function's value.
 * Two atoms are the same where kind and key are.
 */
final class Atom implements Comparable<Atom> {

  /** Kinds of atoms, in the order in which they are printed. */
  enum Kind {
    /** A prime, or a large number without small factors, to a power between 0 and 1. */
    PRIME,
    /** The imaginary unit. */
    I,
    /** The ratio of a circle's circumference to its diameter. */
    PI,
    /** The base of the natural logarithm. */
    E,
    /** A variable. */
    SYMBOL,
    /** A polynomial under a root. */
    COMPOSITE,
    /** The logarithm of a prime. */
    LOGARITHM,
    /** A power with a variable in its exponent. */
    EXPONENTIAL,
    /** Any other function's value. */
    CALL
  }

  private static final HashFunction HASH = Hashing.murmur3_32_fixed(20_041);

  static final Atom I = new Atom(Kind.I, "i", Optional.empty(), Optional.empty());
  static final Atom PI = new Atom(Kind.PI, "π", Optional.empty(), Optional.empty());
  static final Atom E = new Atom(Kind.E, "e", Optional.empty(), Optional.empty());

  private final Kind kind;
  private final String key;
  private final Optional<BigInteger> prime;
  private final Optional<Polynomial> base;
  private final int hash;

  private Atom(Kind kind, String key, Optional<BigInteger> prime, Optional<Polynomial> base) {
    this.kind = kind;
    this.key = key;
    this.prime = prime;
    this.base = base;
    // Not that of the text, for which names of equal hashes are easily made up.
    this.hash = HASH.hashUnencodedChars(key).asInt() + kind.ordinal();
  }

  static Atom prime(BigInteger value) {
    return new Atom(Kind.PRIME, value.toString(), Optional.of(value), Optional.empty());
  }

  static Atom symbol(String name) {
    return new Atom(Kind.SYMBOL, name, Optional.empty(), Optional.empty());
  }

  static Atom composite(Polynomial base, Budget budget) {
    return new Atom(
        Kind.COMPOSITE, "(" + base.key(budget) + ")", Optional.empty(), Optional.of(base));
  }

  static Atom of(Kind kind, String key) {
    return new Atom(kind, key, Optional.empty(), Optional.empty());
  }

  Kind kind() {
    return kind;
  }

  String key() {
    return key;
  }

  BigInteger prime() {
    return prime.orElseThrow();
  }

  /** Returns the polynomial under the root. */
  Polynomial base() {
    return base.orElseThrow();
  }

  @Override
  public int compareTo(Atom other) {
    int byKind = kind.compareTo(other.kind);
    return byKind != 0 ? byKind : key.compareTo(other.key);
  }

  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return other instanceof Atom atom
        && hash == atom.hash
        && kind == atom.kind
        && key.equals(atom.key);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
