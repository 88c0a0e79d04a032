package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.reference.Reference;
import dev.flowdpo.runtime.training.PreferenceGradient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the JDK's flight recorder holds of native runs. */
class NativeRunTest {
  private static final String EVENT = "dev.flowdpo.NativeRun";

  @Test
  void everyRunIsRecordedWithItsKindAndSizes(@TempDir Path folder) throws IOException {
    Reference reference = Reference.of("gqa-tied");
    try (FrozenBase base = reference.load();
        Recording recording = new Recording()) {
      ReferenceFlow flow = new ReferenceFlow("gqa-tied", true, base);
      List<PartialAnswer> roots = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        roots.add(PartialAnswer.start(flow.problem(new Random(i), 5)));
      }
      recording.enable(EVENT);
      recording.start();

      List<ChunkRequest> requests =
          roots.stream().map(r -> new ChunkRequest(r, 4, SamplingOptions.greedy(), 0)).toList();
      List<Chunk> chunks = flow.policy().extend(requests);
      assertThat(flow.judge().judge(List.of(roots.get(0).append(chunks.get(0))))).hasSize(1);
      List<PreferencePair> pairs = reference.pairs("pairs");
      PreferenceGradient.of(base, GradientPath.TAPS)
          .compute(
              flow.adapter(), AdapterSnapshot.none(base.config()), pairs, DpoObjective.paper(), 0)
          .close();

      List<RecordedEvent> events = stop(recording, folder);
      assertThat(events)
          .extracting(event -> event.getString("kind"))
          .containsExactly("prefill", "chunk", "prefill", "score", "gradient");
      assertThat(events)
          .extracting(event -> event.getInt("rows"))
          .as("both completions of a pair are in one row")
          .containsExactly(3, 3, 1, pairs.size(), pairs.size());
      assertThat(events.get(1).getInt("width")).isEqualTo(4);
      assertThat(events)
          .allSatisfy(
              event -> {
                assertThat(event.getLong("tokens"))
                    .isEqualTo((long) event.getInt("rows") * event.getInt("width"))
                    .isPositive();
                assertThat(event.getDuration()).isPositive();
              });
      String adapter = events.get(4).getString("adapter");
      assertThat(adapter).as("the one that learns").isNotEmpty();
      assertThat(events.get(3).getString("adapter")).as("the reference: none").isEmpty();
      assertThat(events.get(0).getString("adapter"))
          .as("one state in all its runs")
          .isEqualTo(events.get(1).getString("adapter"));
    }
  }

  @Test
  void nothingIsRecordedWhereNobodyAsks(@TempDir Path folder) throws IOException {
    try (FrozenBase base = Reference.of("gqa-tied").load();
        Recording recording = new Recording()) {
      ReferenceFlow flow = new ReferenceFlow("gqa-tied", true, base);
      PartialAnswer root = PartialAnswer.start(flow.problem(new Random(1), 5));
      recording.disable(EVENT);
      recording.start();
      assertThat(
              flow.policy().extend(List.of(new ChunkRequest(root, 4, SamplingOptions.greedy(), 0))))
          .hasSize(1);
      assertThat(stop(recording, folder)).isEmpty();
    }
  }

  private static List<RecordedEvent> stop(Recording recording, Path folder) throws IOException {
    recording.stop();
    Path file = folder.resolve("runs.jfr");
    recording.dump(file);
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().equals(EVENT))
        .sorted((a, b) -> a.getStartTime().compareTo(b.getStartTime()))
        .toList();
  }
}
