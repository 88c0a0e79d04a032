package dev.flowdpo.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class WinRateTest {
  @Example
  void countsEveryPreference() {
    WinRate rate =
        WinRate.of(
            List.of(
                new Comparison(Preference.FIRST, 1, ""),
                new Comparison(Preference.FIRST, 1, ""),
                new Comparison(Preference.SECOND, 1, ""),
                new Comparison(Preference.TIE, 1, ""),
                Comparison.undecided("down")));
    assertThat(rate).isEqualTo(new WinRate(2, 1, 1, 1));
    assertThat(rate.rate()).isEqualTo(2.5 / 4);
    assertThat(rate.plus(rate)).isEqualTo(new WinRate(4, 2, 2, 2));
    assertThat(WinRate.NONE.rate()).isEqualTo(0.5);
    assertThat(WinRate.NONE.interval()).isEqualTo(new WinRate.Interval(0, 1));
    assertThatThrownBy(() -> new WinRate(-1, 0, 0, 0)).isInstanceOf(InvalidInputException.class);
  }

  /** Newcombe (1998), table I, method 3: 81 of 263 and 0 of 20. */
  @Example
  void theIntervalIsWilsons() {
    WinRate.Interval interval = new WinRate(81, 182, 0, 7).interval();
    assertThat(interval.low()).isCloseTo(0.2553, within(5e-5));
    assertThat(interval.high()).isCloseTo(0.3662, within(5e-5));
    WinRate.Interval never = new WinRate(0, 20, 0, 0).interval();
    assertThat(never.low()).isZero();
    assertThat(never.high()).isCloseTo(0.1611, within(5e-5));
  }

  @Property(tries = 200)
  void theIntervalHoldsTheRateAndMirrors(
      @ForAll @IntRange(max = 500) int wins,
      @ForAll @IntRange(max = 500) int losses,
      @ForAll @IntRange(max = 500) int ties) {
    WinRate rate = new WinRate(wins, losses, ties, 3);
    WinRate mirrored = new WinRate(losses, wins, ties, 3);
    assertThat(rate.rate())
        .isBetween(rate.interval().low() - 1e-12, rate.interval().high() + 1e-12);
    assertThat(rate.rate() + mirrored.rate()).isCloseTo(1, within(1e-12));
    assertThat(rate.interval().low()).isCloseTo(1 - mirrored.interval().high(), within(1e-12));
  }
}
