package dev.flowdpo.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.tiny.BundledModel;
import org.junit.jupiter.api.Test;

class CostModelTest {
  private final ModelConfig config = ModelConfig.read(BundledModel.folder().resolve("config.json"));

  @Test
  void theFiguresThatTheConstantsComeFromAreMet() {
    CostModel model = CostModel.fitted(config, 8, 4, 900, 40_000);

    assertThat(model.expected("decode:1:128:32")).isCloseTo(900, within(1e-6));
    assertThat(model.expected("prefill:512")).isCloseTo(40_000, within(1e-4));
  }

  @Test
  void wideRowsShareTheWeightsAndLongOnesPayForTheirCache() {
    CostModel model = CostModel.fitted(config, 8, 4, 900, 40_000);

    assertThat(model.expected("decode:8:128:32")).isBetween(900.0, 8 * 900.0);
    assertThat(model.expected("decode:8:512:32")).isLessThan(model.expected("decode:8:128:32"));
    // The square of attention: more than twice the time for twice the tokens.
    assertThat(model.prefillSeconds(2048)).isGreaterThan(2 * model.prefillSeconds(1024));
  }
}
