package dev.flowdpo.runtime.learning;

import static dev.flowdpo.preference.AdapterRole.ANSWER;
import static dev.flowdpo.preference.AdapterRole.STOP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChosenDeclineTest {
  private final ChosenDecline decline = new ChosenDecline();

  @Test
  void warnsOnceAfterItsPatience() {
    assertThat(warningsOf(ANSWER, -5, 100)).containsExactly(20L);
  }

  @Test
  void eachAdapterIsWatchedByItself() {
    assertThat(warningsOf(ANSWER, -5, 30)).containsExactly(20L);
    assertThat(warningsOf(STOP, 1, 30)).isEmpty();
    assertThat(new ChosenDeclineTest().warningsOf(STOP, -5, 30)).containsExactly(20L);
  }

  @Test
  void aDeclineWithinTheLimitIsNone() {
    assertThat(warningsOf(ANSWER, -0.99, 200)).isEmpty();
    assertThat(warningsOf(STOP, 3, 200)).isEmpty();
  }

  @Test
  void oneBadUpdateAmongGoodOnesIsNoDecline() {
    for (int update = 1; update <= 60; update++) {
      double reward = update % 20 == 0 ? -8 : 0.1;
      assertThat(decline.watch(metrics(ANSWER, update, reward))).as("update %d", update).isFalse();
    }
  }

  @Test
  void aLateDeclineIsSeenWhenTheRunningMeanHasPassedTheLimit() {
    assertThat(warningsOf(ANSWER, 0.5, 40)).isEmpty();
    // The mean after n updates at −2 is 0.5·0.9ⁿ − 2·(1 − 0.9ⁿ), which is below −1 from n = 9 on.
    List<Integer> warned = new ArrayList<>();
    for (int n = 1; n <= 30; n++) {
      if (decline.watch(metrics(ANSWER, 40 + n, -2))) {
        warned.add(n);
      }
    }
    assertThat(warned).containsExactly(9);
  }

  private List<Long> warningsOf(AdapterRole role, double reward, int updates) {
    List<Long> warned = new ArrayList<>();
    for (long update = 1; update <= updates; update++) {
      if (decline.watch(metrics(role, update, reward))) {
        warned.add(update);
      }
    }
    return warned;
  }

  private static UpdateMetrics metrics(AdapterRole role, long update, double rewardsChosen) {
    return UpdateMetrics.builder(role, update, 2)
        .rewards(rewardsChosen, -9, rewardsChosen + 9, 1)
        .build();
  }
}
