package dev.flowdpo.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EstimateTest {
  /** From printed tables of Student's distribution. */
  @ParameterizedTest
  @CsvSource({
    "1, 12.706",
    "2, 4.303",
    "4, 2.776",
    "10, 2.228",
    "20, 2.086",
    "21, 2.080",
    "30, 2.042",
    "60, 2.000",
    "120, 1.980",
    "100000, 1.960"
  })
  void knowsStudentsQuantiles(int freedom, double quantile) {
    assertThat(StudentT.quantile975(freedom)).isCloseTo(quantile, within(5.1e-4));
  }

  @Test
  void aSampleGivesTheIntervalOfItsMean() {
    // Mean 3, standard deviation √2.5, so the half width is 2.7764 · √(2.5 / 5).
    Estimate estimate = Estimate.ofSample(1, 2, 3, 4, 5);
    assertThat(estimate.value()).isEqualTo(3);
    assertThat(estimate.high() - 3).isCloseTo(1.96324, within(1e-4));
    assertThat(3 - estimate.low()).isCloseTo(1.96324, within(1e-4));
    assertThat(Estimate.ofSample(0.3).hasInterval()).isFalse();
  }

  @Test
  void aShareGivesWilsonsInterval() {
    Estimate estimate = Estimate.ofShare(8, 10);
    assertThat(estimate.low()).isCloseTo(0.4902, within(1e-4));
    assertThat(estimate.high()).isCloseTo(0.9433, within(1e-4));
    assertThat(Estimate.ofShare(0, 20).low()).isZero();
    assertThat(Estimate.ofShare(20, 20).high()).isEqualTo(1);
  }

  @Test
  void refusesWhatIsNoEstimate() {
    assertThatThrownBy(() -> new Estimate(1, 2, 3)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new Estimate(Double.NaN, 0, 1))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(Estimate::ofSample).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> Estimate.ofShare(3, 2)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void bandsAreWhatTheyAreCalled() {
    double[] values = {1, 2, 6};
    assertThat(Band.RANGE.around(values)).isEqualTo(new Estimate(3, 1, 6));
    assertThat(Band.STANDARD_DEVIATION.around(values).high() - 3)
        .isCloseTo(Math.sqrt(7), within(1e-9));
    assertThat(Band.CONFIDENCE_95.around(values)).isEqualTo(Estimate.ofSample(values));
    double[] x = {0};
    assertThat(Series.over("s", x, List.of(x), Band.RANGE).hasBand()).isFalse();
  }

  @Test
  void numbersAreWrittenForPeople() {
    assertThat(ValueFormat.percent().text(0.7126)).isEqualTo("71.3\u00A0%");
    assertThat(ValueFormat.points().text(-0.04)).isEqualTo("−4.0\u00A0pp");
    assertThat(ValueFormat.points().text(0.4)).isEqualTo("+40.0\u00A0pp");
    assertThat(ValueFormat.integer().text(12345)).isEqualTo("12,345");
    assertThat(ValueFormat.decimal(1).text(-0.04)).isEqualTo("0.0");
    assertThat(ValueFormat.decimal(2).text(Double.NaN)).isEqualTo("–");
  }
}
