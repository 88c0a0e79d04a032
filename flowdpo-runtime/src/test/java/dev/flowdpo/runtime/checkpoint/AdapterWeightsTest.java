package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the carriers of an adapter check and that they do not change. */
class AdapterWeightsTest {
  @Test
  void adaptersCheckTheirParts() {
    SortedMap<String, LoraMatrices> modules = new TreeMap<>();
    modules.put("m", LoraMatrices.of(3, 1, 1, new float[3], new float[3]));
    assertThatThrownBy(() -> new AdapterWeights(4, 8, 0, modules))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected rank 4, found 3");
    for (double[] bad :
        new double[][] {{0, 0}, {Double.NaN, 0}, {8, 1}, {8, -0.1}, {8, Double.NaN}}) {
      assertThatThrownBy(() -> new AdapterWeights(3, bad[0], bad[1], modules))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> LoraMatrices.of(2, 3, 4, new float[5], new float[8]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("A: expected the values of shape [2, 3], found 5");
    assertThatThrownBy(() -> LoraMatrices.of(0, 3, 4, new float[0], new float[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void matricesAreImmutable() {
    float[] a = {1, 2};
    LoraMatrices matrices = LoraMatrices.of(1, 2, 1, a, new float[] {3});
    a[0] = 9;
    matrices.copyOfA()[1] = 9;
    assertThat(matrices.copyOfA()).containsExactly(1, 2);
    assertThat(matrices.a().isReadOnly()).isTrue();
    matrices.b().get();
    assertThat(matrices.b().remaining()).isEqualTo(1);
    assertThat(matrices.copyOfB()).containsExactly(3);
  }
}
