package dev.flowdpo.runtime.tiny;

import static dev.flowdpo.runtime.tiny.Template.ANY;
import static dev.flowdpo.runtime.tiny.Template.FOUND;
import static dev.flowdpo.runtime.tiny.Template.GOODS;
import static dev.flowdpo.runtime.tiny.Template.MONEY;
import static dev.flowdpo.runtime.tiny.Template.plain;

import java.util.List;

/** Sentences with a number {@code {n}} that has nothing to do with the question. */
final class Distractors {
  static final List<Template> ALL =
      List.of(
          plain(ANY, "{A} is {n} years old."),
          plain(ANY, "{B} is {n} years old."),
          plain(ANY, "{A} lives {n} miles from school."),
          plain(ANY, "{B} lives in house {n}."),
          plain(ANY, "The walk home takes {n} minutes."),
          plain(ANY, "The shop is {n} miles away."));

  /**
   * Sentences about the friend's things, in the words of events that do matter when they happen to
   * the main person. The friend's pronoun is never the main person's, so they have one reading.
   */
  static final List<Template> MISLEADING =
      List.of(
          plain(GOODS, "{B} buys {n} {things}."),
          plain(GOODS, "{B} brings {n} {things} to school."),
          plain(FOUND, "{B} finds {n} {things}."),
          plain(FOUND, "{B} wins {n} {things} in a game."),
          plain(ANY, "{B} loses {n} {things}."),
          plain(ANY, "Then {B} gets {n} {things}."),
          plain(MONEY, "{B} earns {n} dollars."),
          plain(MONEY, "{B} spends {n} dollars."));

  private Distractors() {}
}
