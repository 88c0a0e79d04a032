package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Long texts are read in pieces, and give what they give at once. */
class ReadInPiecesTest {
  private static final int[] LENGTHS = {23, 1, 10, 5, 16, 23, 4};
  private static final int[] CANDIDATES = {3, 50};
  private static final Offset<Float> ROUNDING = Offset.offset(2e-4f);

  @TempDir private Path folder;
  private final Random random = new Random(7);

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void equalsOneRun(Architecture architecture) {
    RandomModels.write(folder, architecture, DataType.F32);
    try (FrozenBase base = FrozenBase.load(Checkpoint.open(folder), new SessionSettings(1, 128))) {
      AdapterSnapshot adapter = adapter(base.config());
      List<Prefill.Request> starts = requests(List.of());
      List<Prefill.Result> past = read(base, 1000, adapter, starts);
      check(base.config(), past, read(base, 5, adapter, starts));
      List<Prefill.Request> later = requests(past);
      check(base.config(), read(base, 1000, adapter, later), read(base, 5, adapter, later));
    }
  }

  private static List<Prefill.Result> read(
      FrozenBase base, int piece, AdapterSnapshot adapter, List<Prefill.Request> requests) {
    return new Prefill(base, piece).run(adapter, requests, CANDIDATES);
  }

  private AdapterSnapshot adapter(ModelConfig config) {
    AdapterLayout layout = AdapterLayout.of(config, 3);
    float[] values = new float[layout.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.05 * random.nextGaussian());
    }
    return AdapterSnapshot.of(layout, 3, 0, values);
  }

  /** Some rows after what the same rows read before, longest first. */
  private List<Prefill.Request> requests(List<Prefill.Result> past) {
    List<Prefill.Request> requests = new ArrayList<>();
    for (int length : LENGTHS) {
      KvPath before = past.isEmpty() ? KvPath.EMPTY : past.get(requests.size()).path();
      int[] tokens = random.ints(length, 0, RandomModels.VOCABULARY).toArray();
      requests.add(new Prefill.Request(before, tokens));
    }
    return requests;
  }

  private static void check(
      ModelConfig config, List<Prefill.Result> expected, List<Prefill.Result> found) {
    assertThat(found).hasSameSizeAs(expected);
    for (int row = 0; row < found.size(); row++) {
      KvPath path = expected.get(row).path();
      assertThat(found.get(row).path().length()).isEqualTo(path.length());
      assertThat(found.get(row).logProbabilities())
          .containsExactly(expected.get(row).logProbabilities(), ROUNDING);
      for (int length : new int[] {path.length(), path.length() / 2}) {
        assertThat(lastLayer(config, found.get(row).path().first(length)))
            .containsExactly(lastLayer(config, path.first(length)), ROUNDING);
      }
    }
  }

  /** The last layer's values of the first head. */
  private static float[] lastLayer(ModelConfig config, KvPath path) {
    float[] values = new float[path.length() * config.headSize()];
    int tokenBytes = Float.BYTES * config.headSize();
    ByteBuffer into =
        ByteBuffer.allocate(path.length() * tokenBytes).order(ByteOrder.nativeOrder());
    path.blocks().forEach(block -> block.copy(2 * config.layers() - 1, 0, tokenBytes, into));
    assertThat(into.hasRemaining()).isFalse();
    into.flip().asFloatBuffer().get(values);
    return values;
  }
}
