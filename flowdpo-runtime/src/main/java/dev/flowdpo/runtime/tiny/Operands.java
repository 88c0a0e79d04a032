package dev.flowdpo.runtime.tiny;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Draws operators and operands so that every quantity of a story stays within its mix's limits. */
final class Operands {
  private static final int MAX_SHARE_COUNT = 5;
  // Adding, taking away, sharing and multiplying in proportion 3 : 3 : 3 : 2.
  private static final String OPERATOR_WEIGHTS = "+++---///**";
  // Openings multiply most: they read most naturally ("3 bags with 4 apples each").
  private static final String OPENING_WEIGHTS = "*********++++---////";

  private final ProblemMix mix;
  private final SplittableRandom random;

  Operands(ProblemMix mix, SplittableRandom random) {
    this.mix = mix;
    this.random = random;
  }

  /** Returns the first quantity of a story that opens without a calculation. */
  int opening() {
    return between(3, mix.maxValue() / 2);
  }

  char openingOperator() {
    return OPENING_WEIGHTS.charAt(random.nextInt(OPENING_WEIGHTS.length()));
  }

  /** Returns an opening's calculation. */
  Step opening(char operator) {
    int max = mix.maxValue();
    return switch (operator) {
      case '+' -> {
        int left = between(3, max / 2);
        yield Step.of(left, '+', between(2, Math.min(mix.maxOperand(), max - left)));
      }
      case '-' -> {
        int left = between(8, max * 3 / 4);
        yield Step.of(left, '-', between(2, Math.min(mix.maxOperand(), left - 3)));
      }
      case '*' -> {
        int left = between(2, mix.maxFactor());
        yield Step.of(left, '*', between(2, Math.min(mix.maxFactor(), max / left)));
      }
      default -> {
        int right = between(2, MAX_SHARE_COUNT);
        yield Step.of(right * between(2, Math.min(mix.maxFactor(), max / right)), '/', right);
      }
    };
  }

  /** Returns the next calculation on the quantity {@code value}, at least 2 before and after. */
  Step next(int value) {
    while (true) {
      char operator = OPERATOR_WEIGHTS.charAt(random.nextInt(OPERATOR_WEIGHTS.length()));
      List<Integer> choices = choices(value, operator);
      if (!choices.isEmpty()) {
        return Step.of(value, operator, Cast.pick(choices, random));
      }
    }
  }

  private List<Integer> choices(int value, char operator) {
    boolean additive = operator == '+' || operator == '-';
    int largest = additive ? mix.maxOperand() : MAX_SHARE_COUNT;
    List<Integer> choices = new ArrayList<>();
    for (int right = 2; right <= largest; right++) {
      boolean possible =
          switch (operator) {
            case '+' -> value + right <= mix.maxValue();
            case '-' -> value - right >= 2;
            case '*' -> value * right <= mix.maxValue();
            default -> value % right == 0 && value / right >= 2;
          };
      if (possible) {
        choices.add(right);
      }
    }
    return choices;
  }

  /** Returns a number for a sentence that does not matter. */
  int distractor() {
    return between(5, 20);
  }

  /** Returns a number for a sentence that only seems to matter: one that an event could have. */
  int misleading() {
    return between(2, mix.maxOperand());
  }

  private int between(int from, int to) {
    return random.nextInt(from, to + 1);
  }
}
