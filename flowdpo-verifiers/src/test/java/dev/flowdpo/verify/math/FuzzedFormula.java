package dev.flowdpo.verify.math;

import java.util.Random;

/** Makes up formulas: nested as people nest them, and towers of up to 10,000 levels. */
final class FuzzedFormula {
  private static final String[] LEAVES = {
    "0", "1", "2", "3", "7", "10", "12", "0.5", "1.25", "99", "x", "y", "n", "a", "\\pi", "e", "i"
  };
  private static final String[][] LEVELS = {
    {"9^{", "}"},
    {"(", ")^2"},
    {"x^{", "}"},
    {"(2x)^{", "}"},
    {"2^{\\frac12+", "}"},
    {"\\sqrt{2+", "}"},
    {"\\sqrt2^{", "}"},
    {"1/(1+", ")"},
    {"\\frac{1}{x+", "}"},
    {"1\\frac{2}{", "}"},
    {"(", ")!"},
    {"\\sin(", ")"},
    {"\\ln(2+", ")"},
    {"e^{-", "}"},
    {"|", "|"},
    {"\\{", "\\}"},
    {"(1,", ")"},
    {"-(", ")"},
    {"\\sum_{k=1}^{2}(k+", ")"},
    {"\\lfloor", "\\rfloor"},
    {"\\binom{", "}{2}"}
  };
  private static final int[] HEIGHTS = {5, 12, 30, 58, 100, 1_000, 10_000};

  private FuzzedFormula() {}

  /** Returns one construction inside of itself, over and over. */
  static String tower(Random random) {
    String[] level = LEVELS[random.nextInt(LEVELS.length)];
    int height = HEIGHTS[random.nextInt(HEIGHTS.length)];
    return level[0].repeat(height) + leaf(random) + level[1].repeat(height);
  }

  /** Returns a formula, a list, a tuple, a set, an interval or a relation. */
  static String formula(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> term(random, 2) + ", " + term(random, 1);
      case 1 -> "(" + term(random, 1) + ", " + term(random, 2) + ")";
      case 2 -> "\\{" + term(random, 1) + "; " + term(random, 1) + "\\}";
      case 3 -> "[" + term(random, 1) + ", " + term(random, 1) + ")";
      case 4 -> "x = " + term(random, 2);
      case 5 -> term(random, 1) + " < " + term(random, 1);
      case 6 -> "\\pm " + term(random, 1);
      default -> term(random, 3);
    };
  }

  private static String term(Random random, int depth) {
    if (depth == 0) {
      return leaf(random);
    }
    String left = term(random, depth - 1);
    String right = term(random, random.nextInt(depth));
    return switch (random.nextInt(14)) {
      case 0, 1 -> left + " + " + right;
      case 2 -> left + " - " + right;
      case 3 -> "(" + left + ")(" + right + ")";
      case 4 -> left + " \\cdot " + right;
      case 5 -> "\\frac{" + left + "}{" + right + "}";
      case 6 -> "(" + left + ")^{" + right + "}";
      case 7 -> "\\sqrt{" + left + "}";
      case 8 -> "\\sqrt[3]{" + left + "}";
      case 9 -> "\\sin(" + left + ")";
      case 10 -> "\\ln(" + left + ")";
      case 11 -> "|" + left + "|";
      case 12 -> "\\left(" + left + "\\right)!";
      default -> "-" + left;
    };
  }

  private static String leaf(Random random) {
    return LEAVES[random.nextInt(LEAVES.length)];
  }
}
