package dev.flowdpo.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.Flow;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is left open is found, with the place where it was made. */
class LeakDetectorTest {
  @BeforeAll
  static void detectionIsOnInTests() {
    assertThat(System.getProperty(LeakDetector.PROPERTY)).isEqualTo("true");
  }

  @Test
  void namesThePlaceOfWhatIsOpenUntilItIsClosed() {
    Set<Throwable> before = new HashSet<>(LeakDetector.open());
    Tokenizer tokenizer =
        HuggingFaceTokenizers.open(BundledModel.folder().resolve(HuggingFaceTokenizers.FILE));
    List<Throwable> left = since(before);
    assertThat(left).hasSize(1);
    assertThat(left.get(0)).hasMessage("A tokenizer was made here");
    assertThat(Arrays.stream(left.get(0).getStackTrace()).map(StackTraceElement::getMethodName))
        .contains("namesThePlaceOfWhatIsOpenUntilItIsClosed");
    tokenizer.close();
    tokenizer.close();
    assertThat(since(before)).isEmpty();
  }

  @Test
  void whatBecameGarbageUnclosedIsStillKnown() throws InterruptedException {
    Set<Throwable> before = new HashSet<>(LeakDetector.open());
    LeakDetector.Handle handle = LeakDetector.opened(new Object(), "A thing that nobody keeps");
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(since(before)).hasSize(1);
    handle.closed();
    assertThat(since(before)).isEmpty();
  }

  @Test
  void aClosedFlowLeavesNothingOpen() {
    Set<Throwable> before = new HashSet<>(LeakDetector.open());
    try (Flow flow = Flow.builder().build()) {
      assertThat(flow.solve("What is 2 + 3?").text()).isNotEmpty();
      assertThat(since(before)).isNotEmpty();
    }
    assertThat(since(before)).isEmpty();
  }

  private static List<Throwable> since(Set<Throwable> before) {
    return LeakDetector.open().stream().filter(place -> !before.contains(place)).toList();
  }
}
