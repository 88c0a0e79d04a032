package dev.flowdpo.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ParallelRunsTest {
  private final RecordingDisplay display = new RecordingDisplay();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void resultsComeInTheOrderOfTheTasks(int threads) {
    List<Function<ProgressDisplay, Integer>> tasks = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      int number = i;
      tasks.add(
          part -> {
            part.update(number, "");
            return number;
          });
    }
    assertThat(new ParallelRuns(threads, display).run(tasks))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(Collections.max(display.done)).isEqualTo(66);
  }

  @Test
  void anEarlierTaskMayEndAfterALaterOne() {
    CountDownLatch laterEnded = new CountDownLatch(1);
    List<Function<ProgressDisplay, String>> tasks =
        List.of(
            part -> {
              await(laterEnded);
              return "first";
            },
            part -> {
              laterEnded.countDown();
              return "second";
            });
    assertThat(new ParallelRuns(2, display).run(tasks)).containsExactly("first", "second");
  }

  @Test
  void oneThreadRunsOneTaskAtATime() {
    AtomicInteger running = new AtomicInteger();
    Function<ProgressDisplay, Integer> task =
        part -> {
          int beside = running.incrementAndGet();
          Thread.yield();
          running.decrementAndGet();
          return beside;
        };
    assertThat(new ParallelRuns(1, display).run(Collections.nCopies(20, task))).containsOnly(1);
  }

  @Test
  void theFirstFailureReachesTheCallerAndTasksNotBegunDoNotRun() {
    AtomicInteger later = new AtomicInteger();
    CountDownLatch never = new CountDownLatch(1);
    List<Function<ProgressDisplay, Integer>> tasks =
        List.of(
            part -> 1,
            part -> {
              throw new InvalidInputException("no correct trace");
            },
            part -> {
              await(never);
              return later.incrementAndGet();
            },
            part -> later.incrementAndGet());
    assertThatThrownBy(() -> new ParallelRuns(1, display).run(tasks))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("no correct trace");
    assertThat(later).hasValue(0);
  }

  @Test
  void anInterruptedCallerIsToldHowToGoOn() {
    Thread.currentThread().interrupt();
    try {
      CountDownLatch never = new CountDownLatch(1);
      assertThatThrownBy(
              () ->
                  new ParallelRuns(1, display)
                      .run(
                          List.of(
                              part -> {
                                await(never);
                                return 1;
                              })))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("--resume");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("waited in vain");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowException("interrupted", e);
    }
  }

  /** Keeps what is shown. */
  private static final class RecordingDisplay implements ProgressDisplay {
    private final List<Long> done = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void update(long units, String message) {
      done.add(units);
    }

    @Override
    public void close() {}
  }
}
