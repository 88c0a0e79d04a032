package dev.flowdpo.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RequestSlotsTest {
  @Test
  void startsInOrderAsPlacesBecomeFree() {
    RequestSlots slots = new RequestSlots(2);
    List<Integer> started = new ArrayList<>();
    IntStream.range(0, 5).forEach(i -> slots.enter(() -> started.add(i)));
    assertThat(started).containsExactly(0, 1);
    slots.leave();
    assertThat(started).containsExactly(0, 1, 2);
    slots.leave();
    slots.leave();
    assertThat(started).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void manyThatEndAtOnceDoNotNest() {
    RequestSlots slots = new RequestSlots(1);
    int[] started = {0};
    for (int i = 0; i < 100_000; i++) {
      slots.enter(
          () -> {
            started[0]++;
            if (started[0] > 1) {
              slots.leave();
            }
          });
    }
    slots.leave();
    assertThat(started[0]).isEqualTo(100_000);
  }
}
