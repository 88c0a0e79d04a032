package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.runtime.tiny.BundledModel;
import org.junit.jupiter.api.Test;

class SessionSettingsTest {
  @Test
  void withThreadsChangesTheThreadsAndNothingElse() {
    SessionSettings settings = new SessionSettings(4, 512);
    assertThat(settings.withThreads(1)).isEqualTo(new SessionSettings(1, 512));
    assertThat(settings).isEqualTo(new SessionSettings(4, 512));
    assertThatThrownBy(() -> settings.withThreads(-1)).hasMessageContaining("found -1");
  }

  @Test
  void whatWasLeftOpenStaysWhatTheEngineDecides() {
    SessionSettings bundled = BundledModel.sessionSettings();
    assertThat(bundled.with(ModelOptions.defaults())).isEqualTo(bundled);
    ModelOptions options =
        ModelOptions.builder()
            .execution(e -> e.gradients(GradientPath.IN_GRAPH).quantization(Quantization.INT8))
            .execution(e -> e.spinning(false))
            .build();
    SessionSettings found = bundled.with(options);
    assertThat(found.gradients()).isEqualTo(GradientPath.IN_GRAPH);
    assertThat(found.quantization()).isEqualTo(Quantization.INT8);
    assertThat(bundled.spinning()).isTrue();
    assertThat(found.spinning()).isFalse();
    assertThat(found.threads()).isEqualTo(1);
    assertThat(found.packing()).isEqualTo(WeightPacking.ALL);
  }

  @Test
  void theBundledModelRunsOnOneThread() {
    assertThat(BundledModel.sessionSettings())
        .isEqualTo(SessionSettings.defaults().withThreads(1).withPacking(WeightPacking.ALL));
  }
}
