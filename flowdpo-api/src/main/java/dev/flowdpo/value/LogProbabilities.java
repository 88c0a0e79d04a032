package dev.flowdpo.value;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * How likely a policy found tokens when it wrote them: the natural logarithm of its probability at
 * temperature 1, without top-k and top-p, of each token, or of all of them together, or neither
 * where it does not tell. Equal by content. Immutable and thread-safe.
 */
public final class LogProbabilities {
  private static final LogProbabilities UNKNOWN =
      new LogProbabilities(OptionalDouble.empty(), new float[0]);

  private final OptionalDouble sum;
  private final float[] tokens;

  private LogProbabilities(OptionalDouble sum, float[] tokens) {
    this.sum = sum;
    this.tokens = tokens;
  }

  /** {@return those of a policy that does not tell any} */
  public static LogProbabilities unknown() {
    return UNKNOWN;
  }

  /**
   * {@return those of a policy that tells the sum over all tokens}
   *
   * @throws InvalidInputException if it is not finite
   */
  public static LogProbabilities ofSum(double sum) {
    return new LogProbabilities(
        OptionalDouble.of(Require.finite("log-probability", sum)), new float[0]);
  }

  /** {@return those of a policy that tells the sum over all tokens, or nothing} */
  public static LogProbabilities ofSum(OptionalDouble sum) {
    return sum.isPresent() ? ofSum(sum.getAsDouble()) : UNKNOWN;
  }

  /**
   * {@return those of single tokens, first to last; copied}
   *
   * @throws InvalidInputException if there are none or one is not finite
   */
  public static LogProbabilities ofTokens(float... tokens) {
    if (tokens.length == 0) {
      throw new InvalidInputException("log-probabilities: expected at least one, found none");
    }
    double sum = 0;
    for (float token : tokens) {
      sum += Require.finite("log-probability of a token", token);
    }
    return new LogProbabilities(OptionalDouble.of(sum), tokens.clone());
  }

  /** {@return the sum over all tokens; empty where it is not known} */
  public OptionalDouble sum() {
    return sum;
  }

  /** {@return whether each token's is known} */
  public boolean hasTokens() {
    return tokens.length > 0;
  }

  /** {@return how many tokens' are known: none, or all} */
  public int length() {
    return tokens.length;
  }

  /**
   * {@return that of one token, counted from 0} Throws an IndexOutOfBoundsException where it is not
   * known.
   */
  public float get(int token) {
    return tokens[Objects.checkIndex(token, tokens.length)];
  }

  /** {@return those of single tokens as an array of the caller's own; empty if not known} */
  public float[] toArray() {
    return tokens.clone();
  }

  /**
   * {@return these, which are of so many tokens where they are of single ones}
   *
   * @param of what the tokens are, for the message
   * @throws InvalidInputException if there are those of more or fewer tokens
   */
  public LogProbabilities ofAsMany(String of, int count) {
    if (hasTokens() && length() != count) {
      throw new InvalidInputException(
          "%s: expected a log-probability for each of %d tokens, found %d"
              .formatted(of, count, length()));
    }
    return this;
  }

  /** {@return those of these tokens and of more after them, as far as both are known} */
  public LogProbabilities then(LogProbabilities more) {
    if (sum.isEmpty() || more.sum.isEmpty()) {
      return UNKNOWN;
    }
    OptionalDouble both = OptionalDouble.of(sum.getAsDouble() + more.sum.getAsDouble());
    if (!hasTokens() || !more.hasTokens()) {
      return new LogProbabilities(both, new float[0]);
    }
    float[] all = Arrays.copyOf(tokens, tokens.length + more.tokens.length);
    System.arraycopy(more.tokens, 0, all, tokens.length, more.tokens.length);
    return new LogProbabilities(both, all);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LogProbabilities that
        && sum.equals(that.sum)
        && Arrays.equals(tokens, that.tokens);
  }

  @Override
  public int hashCode() {
    return 31 * sum.hashCode() + Arrays.hashCode(tokens);
  }

  /** {@return the sum, or that it is not known} */
  @Override
  public String toString() {
    return sum.isPresent() ? Double.toString(sum.getAsDouble()) : "unknown";
  }
}
