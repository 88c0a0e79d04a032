package dev.flowdpo.cli.options;

import dev.flowdpo.error.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One setting of a {@link LearningPlan}: an option of the command line, a key of a settings file
 * and a line of the manual page, all of them out of this. Immutable.
 *
 * @param name the option without its dashes, and the key
 * @param label what stands for the value
 * @param description one sentence without a dot
 * @param value the plan's value as JSON has it; empty where it has none
 * @param change the plan with the value that a text names
 */
record LearningSetting(
    String name,
    String label,
    String description,
    Function<LearningPlan, Object> value,
    BiFunction<LearningPlan, String, LearningPlan> change) {

  static LearningSetting count(
      String name,
      String description,
      Function<LearningPlan, Integer> value,
      BiFunction<LearningPlan, Integer, LearningPlan> change) {
    return of(name, "N", "a whole number", description, value, Integer::valueOf, change);
  }

  static LearningSetting number(
      String name,
      String description,
      Function<LearningPlan, Double> value,
      BiFunction<LearningPlan, Double, LearningPlan> change) {
    return of(name, "X", "a number", description, value, Double::valueOf, change);
  }

  static LearningSetting flag(
      String name,
      String description,
      Function<LearningPlan, Boolean> value,
      BiFunction<LearningPlan, Boolean, LearningPlan> change) {
    return of(
        name, "true|false", "true or false", description, value, LearningSetting::truth, change);
  }

  static LearningSetting text(
      String name,
      String label,
      String description,
      Function<LearningPlan, String> value,
      BiFunction<LearningPlan, String, LearningPlan> change) {
    return of(name, label, "a text", description, value, text -> text, change);
  }

  /** Makes a setting whose value is empty where the plan has none. */
  static <T> LearningSetting of(
      String name,
      String label,
      String expected,
      String description,
      Function<LearningPlan, ? extends Object> value,
      Function<String, T> reading,
      BiFunction<LearningPlan, T, LearningPlan> change) {
    return new LearningSetting(
        name,
        label,
        description,
        value::apply,
        (plan, text) -> {
          T read;
          try {
            read = reading.apply(text.strip());
          } catch (IllegalArgumentException e) {
            throw new InvalidInputException(
                "--%s: expected %s, found \"%s\"".formatted(name, expected, text), e);
          }
          try {
            return change.apply(plan, read);
          } catch (InvalidInputException e) {
            throw new InvalidInputException("--" + name + ": " + e.getMessage(), e);
          }
        });
  }

  private static boolean truth(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException();
    }
    return Boolean.parseBoolean(text);
  }

  /** Returns the parts of a list with commas; none of an empty text. */
  static List<String> list(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }
}
