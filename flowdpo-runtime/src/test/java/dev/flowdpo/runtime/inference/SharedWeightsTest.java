package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.graph.GradientGraphs;
import dev.flowdpo.runtime.graph.MatrixPlan;
import dev.flowdpo.runtime.internal.NativeLibraries;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How the sessions of a model hold its weights. */
class SharedWeightsTest {
  private static final FrozenBase.Kind[] SESSIONS = {
    FrozenBase.Kind.PREFILL, FrozenBase.Kind.CHUNK, FrozenBase.Kind.SCORE
  };

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void matricesInPartsGiveWhatWholeOnesGive(Architecture architecture) {
    RandomModels.write(folder, architecture, DataType.BF16);
    // Rows of 64 numbers: the vocabulary of 96 rows falls into parts of 40, 40 and 16.
    MatrixPlan parts = new MatrixPlan(MatrixFormats.full(), 40 * 64 * Float.BYTES);
    try (FrozenBase whole = FrozenBase.load(Checkpoint.open(folder), settings(WeightPacking.ALL));
        FrozenBase split =
            FrozenBase.load(Checkpoint.open(folder), settings(WeightPacking.NONE), parts)) {
      AdapterSnapshot adapter = RandomModels.adapter(whole.config());
      List<Completion> completions = RandomModels.completions(4);
      List<float[]> expected =
          new CompletionScorer(whole).tokenLogProbabilities(adapter, completions);
      List<float[]> found = new CompletionScorer(split).tokenLogProbabilities(adapter, completions);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i)).containsExactly(expected.get(i), within(1e-5f));
      }
      for (Completion completion : completions) {
        assertThat(next(split, adapter, completion))
            .containsExactly(next(whole, adapter, completion), within(1e-5f));
      }
    }
  }

  /** Else the heap's size would bound what ONNX Runtime may take before ND4J refuses to work. */
  @Test
  void nd4jDoesNotCountTheMemoryOfTheWholeProcess() {
    NativeLibraries.prepareLearning();
    assertThat(System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes")).isEqualTo("0");
  }

  private static SessionSettings settings(WeightPacking packing) {
    return new SessionSettings(1, 128).withPacking(packing);
  }

  private static float[] next(FrozenBase base, AdapterSnapshot adapter, Completion completion) {
    int[] vocabulary = IntStream.range(0, RandomModels.VOCABULARY).toArray();
    return new Prefill(base)
        .run(adapter, List.of(new Prefill.Request(KvPath.EMPTY, completion.prompt())), vocabulary)
        .get(0)
        .logProbabilities();
  }

  /**
   * In a JVM of its own: what three sessions take beside the mapped file is less than the file,
   * where each used to take as much as the file and more.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void sessionsShareOneCopy() throws IOException, InterruptedException {
    ModelConfig config =
        RandomCheckpoint.config(
            new RandomCheckpoint.Shape(
                Architecture.LLAMA, 8192, 1024, 4, 8, 8, OptionalInt.empty(), 4096, 256));
    RandomCheckpoint.write(folder, config, 1, DataType.F32);
    long file = Files.size(folder.resolve(Checkpoint.WEIGHTS_FILE));
    assertThat(file).isGreaterThan(250L << 20);
    String grown = MeasuredJvm.run(Sessions.class, 64, folder.toString());
    assertThat(Long.parseLong(grown)).isLessThan(file / 4);
  }

  /** Prints by how many bytes three sessions make the memory that belongs to no file grow. */
  static final class Sessions {
    private Sessions() {}

    public static void main(String[] arguments) throws IOException {
      try (FrozenBase base =
          FrozenBase.load(Checkpoint.open(Path.of(arguments[0])), settings(WeightPacking.NONE))) {
        long before = MeasuredJvm.residentBytes("RssAnon");
        for (FrozenBase.Kind kind : SESSIONS) {
          base.session(kind);
        }
        GradientGraphs graphs = base.gradientGraphs(GradientPath.TAPS, false, 16);
        base.session(graphs.forward());
        graphs.segments().forEach(segment -> base.session(segment.graph()));
        System.out.println(MeasuredJvm.residentBytes("RssAnon") - before);
      }
    }
  }
}
