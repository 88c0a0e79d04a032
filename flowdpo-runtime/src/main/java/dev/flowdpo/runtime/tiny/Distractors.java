package dev.flowdpo.runtime.tiny;

import static dev.flowdpo.runtime.tiny.Template.ANY;
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

  private Distractors() {}
}
