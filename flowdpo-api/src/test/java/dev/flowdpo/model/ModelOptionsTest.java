package dev.flowdpo.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ModelOptionsTest {
  @Test
  void leavesEverythingToTheEngineInFullPrecision() {
    assertThat(ModelOptions.builder().build()).isEqualTo(ModelOptions.defaults());
    assertThat(ModelOptions.defaults().quantization()).isEqualTo(Quantization.NONE);
    assertThat(ModelOptions.defaults().cache()).isEmpty();
    assertThat(ModelOptions.defaults().packing()).isEmpty();
  }

  @Test
  void everyValueCanBeSetOnItsOwn() {
    ModelOptions options =
        ModelOptions.builder()
            .packing(WeightPacking.NONE)
            .maxTokens(64)
            .threads(0)
            .cache(Path.of("cache"))
            .quantization(Quantization.INT8)
            .build();
    assertThat(options.quantization()).isEqualTo(Quantization.INT8);
    assertThat(options.cache()).contains(Path.of("cache"));
    assertThat(options.threads()).hasValue(0);
    assertThat(options.maxTokens()).hasValue(64);
    assertThat(options.packing()).contains(WeightPacking.NONE);
  }

  @Test
  void aBadValueIsRefusedAtOnce() {
    ModelOptions.Builder builder = ModelOptions.builder();
    assertThatThrownBy(() -> builder.threads(-1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("threads")
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> builder.maxTokens(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("maxTokens");
    assertThat(builder.build()).isEqualTo(ModelOptions.defaults());
  }
}
