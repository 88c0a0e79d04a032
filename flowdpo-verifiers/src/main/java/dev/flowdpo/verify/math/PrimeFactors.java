package dev.flowdpo.verify.math;

import java.math.BigInteger;
import java.util.SortedMap;
import java.util.TreeMap;

/** Takes numbers apart as far as trial division goes; a large rest counts as one prime. */
final class PrimeFactors {
  private static final int LIMIT = 5_000;
  private static final int MAX_BITS = 4_000;
  private static final int[] PRIMES = primes();

  private PrimeFactors() {}

  private static int[] primes() {
    boolean[] composite = new boolean[LIMIT];
    int[] found = new int[LIMIT];
    int count = 0;
    for (int n = 2; n < LIMIT; n++) {
      if (!composite[n]) {
        found[count++] = n;
        for (int multiple = 2 * n; multiple < LIMIT; multiple += n) {
          composite[multiple] = true;
        }
      }
    }
    return java.util.Arrays.copyOf(found, count);
  }

  /** Returns the exponents of the factors of a positive number. */
  static SortedMap<BigInteger, Integer> of(BigInteger number, Budget budget) {
    if (number.bitLength() > MAX_BITS) {
      throw new OutOfReachException("a root of a number of more than " + MAX_BITS + " bits");
    }
    SortedMap<BigInteger, Integer> factors = new TreeMap<>();
    BigInteger rest = number;
    for (int prime : PRIMES) {
      if (rest.bitLength() < 63) {
        return small(rest.longValue(), prime, factors, budget);
      }
      budget.quotient(rest.bitLength(), Long.SIZE);
      BigInteger divisor = BigInteger.valueOf(prime);
      while (rest.mod(divisor).signum() == 0) {
        budget.quotient(2L * rest.bitLength(), Long.SIZE);
        rest = rest.divide(divisor);
        factors.merge(divisor, 1, Integer::sum);
      }
    }
    return withRest(rest, factors, budget);
  }

  private static SortedMap<BigInteger, Integer> small(
      long number, int from, SortedMap<BigInteger, Integer> factors, Budget budget) {
    long rest = number;
    for (int prime : PRIMES) {
      if (prime < from) {
        continue;
      }
      if ((long) prime * prime > rest) {
        break;
      }
      while (rest % prime == 0) {
        rest /= prime;
        factors.merge(BigInteger.valueOf(prime), 1, Integer::sum);
      }
    }
    budget.spend(10);
    return withRest(BigInteger.valueOf(rest), factors, budget);
  }

  /** Adds what is left; a perfect power of it is taken as one. */
  private static SortedMap<BigInteger, Integer> withRest(
      BigInteger rest, SortedMap<BigInteger, Integer> factors, Budget budget) {
    if (rest.equals(BigInteger.ONE)) {
      return factors;
    }
    budget.divisor(rest.bitLength(), rest.bitLength()); // a root costs about as much
    BigInteger root = rest.sqrt();
    if (root.multiply(root).equals(rest)) {
      factors.merge(root, 2, Integer::sum);
    } else {
      factors.merge(rest, 1, Integer::sum);
    }
    return factors;
  }
}
