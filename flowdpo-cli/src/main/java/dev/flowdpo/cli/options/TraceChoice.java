package dev.flowdpo.cli.options;

import dev.flowdpo.learning.TraceOptions;
import picocli.CommandLine.Option;

/** The options of which traces are good enough to learn from. Not thread-safe. */
public final class TraceChoice {
  @Option(
      names = "--min-reward",
      paramLabel = "R",
      defaultValue = "0.5",
      description = "The least reward of a trace, in [0, 1]; default: ${DEFAULT-VALUE}.")
  private double minReward;

  @Option(
      names = "--min-tokens",
      paramLabel = "N",
      defaultValue = "1",
      description = "The fewest tokens of a trace; default: ${DEFAULT-VALUE}.")
  private int minTokens;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "" + Integer.MAX_VALUE,
      description = "The most tokens of a trace; default: no limit.")
  private int maxTokens;

  @Option(
      names = "--per-problem",
      paramLabel = "N",
      defaultValue = "1",
      description = "The most traces of one question; default: ${DEFAULT-VALUE}.")
  private int perProblem;

  @Option(
      names = "--prefer",
      paramLabel = "first|shortest",
      defaultValue = "first",
      converter = PreferenceConverter.class,
      description = "Which of them stay where there are more; default: ${DEFAULT-VALUE}.")
  private TraceOptions.Preference preference;

  /** Reads a preference by its name. */
  static final class PreferenceConverter extends TextConverter<TraceOptions.Preference> {
    PreferenceConverter() {
      super(TraceOptions.Preference.values());
    }
  }

  /** Returns the options as the library takes them. */
  public TraceOptions options() {
    return TraceOptions.builder()
        .minReward(minReward)
        .minTokens(minTokens)
        .maxTokens(maxTokens)
        .perProblem(perProblem)
        .preference(preference)
        .build();
  }
}
