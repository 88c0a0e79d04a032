package dev.flowdpo.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The objectives that the command line names, against their formulas. */
class ObjectiveOptionsTest {
  private static final double BETA = 0.5;
  private static final LogProbabilitySums SUMS = new LogProbabilitySums(-6, -9, -7, -8, 3, 2);
  private static final double LOGIT = BETA * ((-6 - -7.0) - (-9 - -8.0));

  private static ObjectiveOptions parsed(String... words) {
    ObjectiveOptions options = new ObjectiveOptions();
    new CommandLine(
            CommandLine.Model.CommandSpec.create()
                .addMixin("o", CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
        .parseArgs(words);
    return options;
  }

  private static double softplus(double x) {
    return Math.log1p(Math.exp(x));
  }

  private static double loss(String... words) {
    DpoObjective objective = parsed(words).objective();
    return objective.evaluate(SUMS).loss();
  }

  @Test
  void aShareOfSwappedPairs() {
    double smoothed = 0.7 * softplus(-LOGIT) + 0.3 * softplus(LOGIT);
    assertThat(loss("--objective", "cdpo", "--beta", "0.5", "--label-smoothing", "0.3"))
        .isCloseTo(smoothed, within(1e-9));
    double robust = (0.7 * softplus(-LOGIT) - 0.3 * softplus(LOGIT)) / 0.4;
    assertThat(loss("--objective", "robust", "--beta", "0.5", "--label-smoothing", "0.3"))
        .isCloseTo(robust, within(1e-9));
    assertThat(loss("--objective", "cdpo", "--beta", "0.5"))
        .isCloseTo(0.9 * softplus(-LOGIT) + 0.1 * softplus(LOGIT), within(1e-9));
  }

  @Test
  void aMarginToAimAt() {
    double means = BETA * (-6 / 3.0 - -9 / 2.0);
    assertThat(loss("--objective", "simpo", "--beta", "0.5", "--gamma", "0.8"))
        .isCloseTo(softplus(0.8 - means), within(1e-9));
    assertThat(loss("--objective", "simpo", "--beta", "0.5"))
        .isCloseTo(softplus(0.25 - means), within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({
    "sigmoid, --label-smoothing, 0.1, expected with the objective cdpo or robust",
    "sigmoid, --gamma, 0.1, expected with the objective simpo",
    "robust, --label-smoothing, 0.5, 0.5",
  })
  void refusesNumbersThatAnObjectiveDoesNotHave(
      String name, String option, String value, String message) {
    ObjectiveOptions options = parsed("--objective", name, option, value);
    assertThatThrownBy(options::objective)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
    assertThat(options.description()).contains(value);
  }
}
