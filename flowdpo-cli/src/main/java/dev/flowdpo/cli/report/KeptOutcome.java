package dev.flowdpo.cli.report;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.util.StdConverter;
import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import java.util.Optional;

/**
 * A verdict as files of rollout trees hold it. Immutable.
 *
 * @param answer the final answer; {@code ""} where there is none
 * @param rule the name of the rule that found it; {@value #NO_RULE} where there is none
 */
record KeptOutcome(
    boolean known, boolean correct, double reward, String reason, String answer, String rule) {
  private static final String NO_RULE = "NONE";

  /** Lets a mapper write and read verdicts in this form. */
  @JsonSerialize(converter = Writing.class)
  @JsonDeserialize(converter = Reading.class)
  interface Form {}

  /** To the file. */
  static final class Writing extends StdConverter<ReportBranch.Outcome, KeptOutcome> {
    @Override
    public KeptOutcome convert(ReportBranch.Outcome outcome) {
      return new KeptOutcome(
          outcome.known(),
          outcome.correct(),
          outcome.reward(),
          outcome.reason(),
          outcome.answer().map(ExtractedAnswer::text).orElse(""),
          outcome.answer().map(answer -> answer.rule().name()).orElse(NO_RULE));
    }
  }

  /** From the file. */
  static final class Reading extends StdConverter<KeptOutcome, ReportBranch.Outcome> {
    @Override
    public ReportBranch.Outcome convert(KeptOutcome kept) {
      return new ReportBranch.Outcome(
          kept.known,
          kept.correct,
          kept.reward,
          kept.reason,
          kept.answer.isEmpty()
              ? Optional.empty()
              : Optional.of(new ExtractedAnswer(kept.answer, AnswerRule.valueOf(kept.rule))));
    }
  }
}
