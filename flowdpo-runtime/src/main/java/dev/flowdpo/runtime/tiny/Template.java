package dev.flowdpo.runtime.tiny;

import java.util.Set;

/**
 * One or two English sentences that belong together, with placeholders (see {@link Cast#fill}).
 *
 * @param kinds the kinds of noun the sentence makes sense with
 * @param operator the calculation the sentence asks for, or {@link #NO_OPERATOR}
 * @param fixedOperand the right operand that the wording implies, 2 for "half"; 0 if it is written
 *     as a number
 * @param text the sentence
 */
record Template(Set<Kind> kinds, char operator, int fixedOperand, String text) {
  static final char NO_OPERATOR = ' ';

  static final Set<Kind> ANY = Set.of(Kind.values());
  static final Set<Kind> GOODS = Set.of(Kind.FOOD, Kind.KEEPSAKE);
  static final Set<Kind> FOOD = Set.of(Kind.FOOD);
  static final Set<Kind> KEEPSAKE = Set.of(Kind.KEEPSAKE);
  static final Set<Kind> FOUND = Set.of(Kind.KEEPSAKE, Kind.MONEY);
  static final Set<Kind> MONEY = Set.of(Kind.MONEY);

  static Template plain(Set<Kind> kinds, String text) {
    return new Template(kinds, NO_OPERATOR, 0, text);
  }

  static Template of(Set<Kind> kinds, char operator, String text) {
    return new Template(kinds, operator, 0, text);
  }

  /** A template whose words imply the right operand: "half", "twice". */
  static Template implying(Set<Kind> kinds, char operator, int operand, String text) {
    return new Template(kinds, operator, operand, text);
  }

  /**
   * Returns whether the sentence can tell this calculation. Two has its own words: nobody says "2
   * times as many" or "among 2 friends".
   */
  boolean fits(Kind kind, char neededOperator, int operand) {
    return kinds.contains(kind)
        && operator == neededOperator
        && (fixedOperand == 0 || fixedOperand == operand)
        && !(operand == 2 && (text.contains("{n} times") || text.contains("among {n}")));
  }

  /** Returns whether the friend hands over some of what the opening says they have. */
  boolean takesFromFriend() {
    return operator == '+' && text.contains("{B}");
  }
}
