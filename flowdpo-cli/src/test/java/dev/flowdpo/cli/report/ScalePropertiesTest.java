package dev.flowdpo.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class ScalePropertiesTest {

  @Property
  void ticksAreRoundNumbersWithinTheAxis(
      @ForAll @DoubleRange(min = -1e6, max = 1e6) double from,
      @ForAll @DoubleRange(min = 0.01, max = 1e6) double span,
      @ForAll boolean wholeTicks) {
    Axis axis = Axis.of("x", ValueFormat.decimal(6));

    Scale scale = Scale.of(axis, from, from + span, wholeTicks);

    List<Double> ticks = scale.ticks();
    assertThat(ticks).hasSizeBetween(2, 9).isSorted().doesNotHaveDuplicates();
    assertThat(scale.from()).isLessThanOrEqualTo(from + 1e-9 * Math.abs(from));
    assertThat(ticks.get(0)).isGreaterThanOrEqualTo(scale.from());
    assertThat(ticks.get(ticks.size() - 1)).isLessThanOrEqualTo(scale.to());
    double step = ticks.get(1) - ticks.get(0);
    double mantissa = step / Math.pow(10, Math.floor(Math.log10(step * 1.0001)));
    assertThat(List.of(1.0, 2.0, 5.0)).anyMatch(round -> Math.abs(round - mantissa) < 1e-3);
    assertThat(ticks.stream().map(scale.tickFormat()::text)).doesNotHaveDuplicates();
  }

  @Property
  void countsHaveWholeTicks(@ForAll @IntRange(min = 1, max = 100_000) int count) {
    Scale scale = Scale.of(Axis.count("n"), 1, count, false);
    assertThat(scale.ticks()).allMatch(tick -> tick == Math.rint(tick)).contains(0.0);
    assertThat(scale.to()).isEqualTo(count);
  }

  @Example
  void ticksOfUsualRuns() {
    assertThat(Scale.of(Axis.count("n"), 1, 130, false).ticks())
        .containsExactly(0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0);
    assertThat(Scale.of(Axis.count("n"), 1, 2000, false).ticks())
        .containsExactly(0.0, 500.0, 1000.0, 1500.0, 2000.0);
    Scale shares = Scale.of(Axis.share("a"), 0.3, 0.4, true);
    assertThat(shares.ticks().stream().map(shares.tickFormat()::bare))
        .containsExactly("0", "20", "40", "60", "80", "100");
    Axis sizes = Axis.of("s", ValueFormat.integer()).onLogarithmicScale();
    Scale powers = Scale.of(sizes, 8, 128, false);
    assertThat(powers.ticks()).containsExactly(8.0, 16.0, 32.0, 64.0, 128.0);
    assertThat(powers.position(32)).isCloseTo(0.5, within(1e-12));
  }

  @Example
  void oneValueStillHasAnAxis() {
    Scale scale = Scale.of(Axis.of("x", ValueFormat.decimal(2)), 5, 5, true);
    assertThat(scale.position(5)).isBetween(0.2, 0.8);
    assertThat(scale.ticks()).hasSizeGreaterThan(1);
    assertThat(Scale.of(Axis.count("n"), 0, 0, false).ticks()).contains(0.0);
  }

  @Example
  void refusesAnAxisThatRunsBackwards() {
    assertThatThrownBy(() -> Axis.count("n").range(3, 2))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"n\"");
    double[] x = {0, 1};
    LineChart.Builder chart =
        LineChart.builder("C")
            .x(Axis.of("size", ValueFormat.integer()).onLogarithmicScale())
            .series(Series.line("s", x, x));
    assertThatThrownBy(chart::build)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("\"C\"", "above 0", "\"size\"", "found 0.0");
  }
}
