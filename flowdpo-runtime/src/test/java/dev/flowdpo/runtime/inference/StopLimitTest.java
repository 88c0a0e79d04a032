package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.policy.StopDecision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopLimitTest {
  @ParameterizedTest
  @CsvSource({
    "0.5, 0, 0.5, false, true",
    "0.5, 0, 0.499, true, false",
    "0.5, 0.1, 0.57, false, false",
    "0.5, 0.1, 0.43, true, true",
    "0.5, 0.1, 0.61, false, true",
    "0.5, 0.1, 0.39, true, false",
    "0.8, 0.1, 0.75, true, true",
    "0.8, 0.1, 0.6, true, false",
  })
  void theEndOfTheTextDecidesNearTheThreshold(
      double threshold, double margin, double probability, boolean ended, boolean stop) {
    assertThat(new StopLimit(threshold, margin).decide(probability, ended))
        .isEqualTo(new StopDecision(stop, probability));
  }
}
