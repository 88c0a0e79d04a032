package dev.flowdpo.runtime.learning;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.value.Problem;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;

/**
 * The time that the problems of a run are told where the model's chat template writes the date: the
 * moment at which the run began, also after midnight and after a restart, so that the same problems
 * give the same prompts. Immutable and thread-safe.
 */
final class RunTime {
  private final Prompts prompts;
  private final ZonedDateTime begin;
  private final Clock clock;

  private RunTime(Prompts prompts, ZonedDateTime begin) {
    this.prompts = prompts;
    this.begin = begin;
    this.clock = Clock.fixed(begin.toInstant(), begin.getZone());
  }

  /** Returns the time of a run that begins now. */
  static RunTime now(Prompts prompts, Clock clock) {
    return new RunTime(prompts, ZonedDateTime.now(clock));
  }

  /**
   * Returns the time of a run that goes on.
   *
   * @param recorded what {@link #toString} gave when the run began
   */
  static RunTime recorded(Prompts prompts, String recorded) {
    try {
      return new RunTime(prompts, ZonedDateTime.parse(recorded));
    } catch (DateTimeParseException e) {
      throw new InvalidInputException(
          "%s: expected %s as a date with its time zone, found \"%s\""
              .formatted(LearnerManifest.FILE, LearnerManifest.PROMPT_TIME, recorded),
          e);
    }
  }

  /** Has a problem's prompt made at this time, unless it was served before. */
  void put(Problem problem) {
    try {
      prompts.put(problem, clock);
    } catch (InvalidInputException e) {
      // Whoever asks for the prompt is told, in the place where that can be answered.
    }
  }

  /** Returns the time as it is recorded. */
  @Override
  public String toString() {
    return begin.toString();
  }
}
