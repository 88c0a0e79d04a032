package dev.flowdpo.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RetriesTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // clocks may overflow
  private final Retries retries = new Retries(Duration.ofNanos(10), now::get);

  @Test
  void oneAtATimeIsTriedAndTheNextWhenItEnds() {
    assertThat(retries.begin()).isTrue();
    assertThat(retries.begin()).isFalse();
    retries.ended();
    assertThat(retries.begin()).isTrue();
  }

  @Test
  void eachThatHangsDoublesThePause() {
    retries.hung();
    assertThat(triesWithin(20)).isZero();
    assertThat(retries.begin()).isTrue();
    retries.hung();
    assertThat(triesWithin(40)).isZero();
    assertThat(retries.begin()).isTrue();
  }

  @Test
  void inAYearOfHangingOnlyAFewAreTried() {
    int tried = 0;
    for (int day = 0; day < 365; day++) {
      now.addAndGet(Duration.ofDays(1).toNanos());
      while (retries.begin()) {
        tried++;
        retries.hung();
      }
    }
    assertThat(tried).isBetween(300, 500); // one a day at the end
  }

  private int triesWithin(int nanos) {
    int tries = 0;
    for (int i = 0; i < nanos; i++) {
      tries += retries.begin() ? 1 : 0;
      now.incrementAndGet();
    }
    return tries;
  }
}
