package dev.flowdpo.cli.options;

import dev.flowdpo.model.ModelOptions;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the engine's judge asks, and when it stops an answer. Not thread-safe. */
public final class StopOptions {
  /** The question's option. */
  public static final String QUESTION = "--stop-question";

  /** The threshold's option. */
  public static final String THRESHOLD = "--stop-threshold";

  /** The margin's option. */
  public static final String MARGIN = "--undecided-margin";

  @Option(
      names = QUESTION,
      paramLabel = "TEXT",
      description = "What the judge is asked after each chunk; default: the model's own words.")
  private Optional<String> question = Optional.empty();

  @Option(
      names = THRESHOLD,
      paramLabel = "P",
      defaultValue = "0.5",
      description =
          "The probability of yes from which an answer is finished, in (0, 1]; default:"
              + " ${DEFAULT-VALUE}.")
  private double threshold;

  @Option(
      names = MARGIN,
      paramLabel = "X",
      defaultValue = "0",
      description =
          "How near to that a probability is no decision: there an answer is finished where the"
              + " model ended its text, and goes on where a chunk was cut by length; default:"
              + " ${DEFAULT-VALUE}, for a judge that has not learned yet 0.1.")
  private double margin;

  /** Applies what was chosen. */
  public void applyTo(ModelOptions.Builder options) {
    question.ifPresent(options::stopQuestion);
    options.stopThreshold(threshold).undecidedMargin(margin);
  }
}
