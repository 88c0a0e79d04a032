package dev.flowdpo.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
  @TempDir private Path folder;

  @Test
  void cutsWhatAKilledRunWroteAfterItsCheckpoint() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    try (MetricsFile metrics = MetricsFile.open(file, LearningProgress.NONE)) {
      metrics.add(update(AdapterRole.ANSWER, 1), progress(0, 0));
      metrics.add(update(AdapterRole.STOP, 1), progress(0, 0));
      metrics.add(update(AdapterRole.ANSWER, 2), progress(0, 0));
      metrics.add(update(AdapterRole.STOP, 2), progress(0, 0));
    }
    List<String> lines = Files.readAllLines(file);
    Files.writeString(file, "{\"role\":\"stop\",\"upd", StandardOpenOption.APPEND);

    MetricsFile.open(file, progress(2, 1)).close();

    assertThat(Files.readAllLines(file)).containsExactlyElementsOf(lines.subList(0, 3));
  }

  @Test
  void refusesAFileThatIsNotTheRuns() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    MetricsFile.open(file, LearningProgress.NONE).close();

    assertThatThrownBy(() -> MetricsFile.open(file, progress(1, 0)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("metrics.jsonl: expected the 1 updates");
  }

  private static UpdateMetrics update(AdapterRole role, long number) {
    return UpdateMetrics.builder(role, number, 4)
        .loss(0.5)
        .rewards(0.1, -0.1, 0.2, 0.75)
        .logps(-3, -4)
        .step(1, 1e-3)
        .build();
  }

  private static LearningProgress progress(int answerUpdates, int stopUpdates) {
    return LearningProgress.builder()
        .problems(8)
        .pairs(9, 9)
        .updates(answerUpdates, stopUpdates)
        .build();
  }
}
