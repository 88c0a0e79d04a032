package dev.flowdpo.verify.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An answer in LaTeX or plain notation, read once and compared with others.
 *
 * <p>Understood are exact and decimal numbers, thousands separators, per cent, currency and units,
 * degrees, mixed and repeating numbers, other bases, powers, roots, π, e, i and infinity,
 * logarithms, trigonometric and many other functions, tuples, lists, sets, intervals and their
 * unions, matrices, equations and inequalities, ± and ratios, letters of choices and short texts.
 *
 * <p>Comparing proves equality or difference where it can: rational functions of radicals have a
 * normal form, larger ones are compared modulo a prime, everything else by so many digits, or at so
 * many points, that a coincidence is out of the question. What has no common form is different,
 * with the reason; what is too large to work out, or undefined, is unknown. Decimals are exact,
 * unless at least 6 significant digits are shown and the other value rounds to them, or at least 15
 * and it agrees to a relative 10⁻¹². A unit or a variable's name may be left out on one side, and
 * per cent also be written as a fraction.
 *
 * <p>No input makes this throw. What reading and comparing may cost is a number of steps, the same
 * on every machine: below a tenth of a second on one core. A formula that needs more is unknown,
 * and so is one that was read or compared while its thread was interrupted; the thread stays so.
 *
 * <p>Immutable and thread-safe.
 */
public final class MathAnswer {
  /** Longer answers are out of reach, but for the comparison of their texts. */
  public static final int MAX_LENGTH = 10_000;

  // Neither a thousands separator nor likely a list: two digits follow, or more than three.
  private static final Pattern DECIMAL_COMMA =
      Pattern.compile("([-+−$€£ ]{0,4}\\d++),(\\d\\d|\\d{4,}+)(?!\\d)([^\\d,]*+)");
  private static final Pattern COMMA_AFTER_NOUGHT =
      Pattern.compile("([-+−$€£ ]{0,4}0),(\\d{2,}+)([^\\d,]*+)");

  private final String text;
  private final List<Reading> readings;
  private final String obstacle;

  private MathAnswer(String text, List<Reading> readings, String obstacle) {
    this.text = text;
    this.readings = List.copyOf(readings);
    this.obstacle = obstacle;
  }

  /** One way to read the text. */
  private record Reading(Node node, boolean hasWords, boolean splitsWords, boolean decimalComma) {
    /** A decimal comma is one where the other answer is a decimal: 1,22 may be two numbers. */
    boolean mayBe(Reading other) {
      Node value = other.node instanceof Node.Quantity quantity ? quantity.value() : other.node;
      return !decimalComma || (value instanceof Node.Num num && num.decimals() > 0);
    }
  }

  /**
   * Reads an answer.
   *
   * @param text the answer alone, not the solution around it
   * @return the answer as it was understood
   */
  public static MathAnswer of(String text) {
    return of(text, Budget.ofReading());
  }

  static MathAnswer of(String text, Budget budget) {
    Objects.requireNonNull(text, "text");
    if (text.length() > MAX_LENGTH) {
      return new MathAnswer(
          text,
          List.of(),
          "an answer of " + text.length() + " characters; read are at most " + MAX_LENGTH);
    }
    try {
      return new MathAnswer(text, readings(text, budget), "");
    } catch (OutOfReachException e) {
      return new MathAnswer(text, List.of(), String.valueOf(e.getMessage()));
    } catch (StackOverflowError e) {
      return new MathAnswer(text, List.of(), "nested too deeply");
    }
  }

  private static List<Reading> readings(String text, Budget budget) {
    List<Reading> readings = new ArrayList<>();
    AnswerReader reader = new AnswerReader(budget);
    Node usual = reader.read(text, Notation.USUAL);
    readings.add(new Reading(usual, reader.hasWords(), false, false));
    if (reader.hasAmbiguousCommas()) {
      Node split = new AnswerReader(budget).read(text, new Notation(false, true));
      readings.add(new Reading(split, reader.hasWords(), false, false));
    }
    if (reader.hasWords()) {
      Node split = new AnswerReader(budget).read(text, new Notation(true, false));
      readings.add(new Reading(split, true, true, false));
    }
    for (Pattern pattern : List.of(DECIMAL_COMMA, COMMA_AFTER_NOUGHT)) {
      Matcher comma = pattern.matcher(text.strip());
      if (comma.matches()) {
        String point = comma.replaceFirst("$1.$2$3");
        Node number = new AnswerReader(budget).read(point, Notation.USUAL);
        readings.add(new Reading(number, false, false, true));
        break;
      }
    }
    return readings;
  }

  /**
   * Returns what was read.
   *
   * @return the text that was given
   */
  public String text() {
    return text;
  }

  /**
   * Says whether the answer was read as a value: a formula, or formulas in a list, a set or a
   * relation.
   *
   * @return false for plain text, and for what is out of reach
   */
  public boolean isValue() {
    return !readings.isEmpty() && !(readings.get(0).node() instanceof Node.Words);
  }

  /**
   * Returns the real number that the answer is, for those who are content with 16 digits.
   *
   * @return the number, without its unit and the name before it; empty where the answer is none
   */
  public OptionalDouble number() {
    if (readings.isEmpty()) {
      return OptionalDouble.empty();
    }
    try {
      return RealNumbers.of(readings.get(0).node(), Budget.ofComparison());
    } catch (OutOfReachException | StackOverflowError | ArithmeticException e) {
      return OptionalDouble.empty();
    }
  }

  /**
   * Compares two answers. Symmetric.
   *
   * @param other the other answer
   * @return whether they are one value, and why
   */
  public Comparison compare(MathAnswer other) {
    return compare(other, Budget.ofComparison());
  }

  Comparison compare(MathAnswer other, Budget budget) {
    if (text.compareTo(other.text) > 0) {
      return other.compare(this, budget); // the same work for both orders, so the same outcome
    }
    if (text.isBlank() || other.text.isBlank()) {
      return Comparison.unknown("an empty answer");
    }
    if (text.strip().equals(other.text.strip())) {
      return Comparison.equal("the same text");
    }
    if (!obstacle.isEmpty() || !other.obstacle.isEmpty()) {
      return Comparison.unknown(obstacle.isEmpty() ? other.obstacle : obstacle);
    }
    try {
      return compareReadings(other, budget);
    } catch (OutOfReachException e) {
      return Comparison.unknown(String.valueOf(e.getMessage()));
    } catch (StackOverflowError e) {
      return Comparison.unknown("nested too deeply");
    } catch (ArithmeticException e) {
      return Comparison.unknown("a number beyond the limits of arithmetic: " + e.getMessage());
    }
  }

  private Comparison compareReadings(MathAnswer other, Budget budget) {
    Comparer comparer = new Comparer(budget);
    List<Comparison> outcomes = new ArrayList<>();
    for (Reading own : readings) {
      for (Reading theirs : other.readings) {
        // Letters in another order are another word: words split into letters only where the
        // other answer has no words.
        boolean splits = own.splitsWords() || theirs.splitsWords();
        if (!own.mayBe(theirs) || !theirs.mayBe(own)) {
          continue;
        }
        if (splits && own.hasWords() && theirs.hasWords()) {
          continue;
        }
        Comparison outcome = comparer.compare(own.node(), theirs.node());
        if (outcome.isEqual()) {
          return outcome;
        }
        outcomes.add(outcome);
      }
    }
    return outcomes.get(0);
  }

  @Override
  public String toString() {
    return "MathAnswer[" + text + "]";
  }
}
