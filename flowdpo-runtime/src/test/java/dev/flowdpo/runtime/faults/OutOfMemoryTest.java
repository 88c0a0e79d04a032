package dev.flowdpo.runtime.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.rollout.RolloutSampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A learner that runs out of memory. */
class OutOfMemoryTest {
  @TempDir Path folder;

  @Test
  void itSaysSoOnceAndGoesOnFromTheLastCheckpoint() throws IOException {
    Path whole = Files.createDirectory(folder.resolve("whole"));
    Path ended = Files.createDirectory(folder.resolve("ended"));
    AtomicInteger groups = new AtomicInteger();
    RolloutSampler greedy =
        request -> {
          if (groups.incrementAndGet() == 2) { // the second of the run that is ended
            throw new OutOfMemoryError("Java heap space");
          }
          return RolloutSampler.tree().sample(request);
        };
    try (LearnedRun run = new LearnedRun(2)) {
      run.run(whole);
      assertThatThrownBy(() -> run.run(ended, 2, greedy))
          .isInstanceOf(FlowException.class)
          .hasMessageContainingAll("out of memory (Java heap space) after 1 problems", "-Xmx");
      run.run(ended, 2, greedy);
      assertThat(LearnedRun.content(ended)).isEqualTo(LearnedRun.content(whole));
    }
  }
}
