package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
  void theBundledModelRunsOnOneThread() {
    assertThat(BundledModel.sessionSettings())
        .isEqualTo(SessionSettings.defaults().withThreads(1).withPacking(WeightPacking.ALL));
  }
}
