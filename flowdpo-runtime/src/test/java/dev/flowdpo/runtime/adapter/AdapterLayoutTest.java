package dev.flowdpo.runtime.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.reference.Reference;
import dev.flowdpo.runtime.training.PreferenceGradient;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters at every linear layer, and at named ones. */
class AdapterLayoutTest {
  private final ModelConfig fused = Reference.of("architectures/phi3-window").config();
  private final ModelConfig separate = Reference.of("architectures/qwen2").config();

  @Test
  void takesTheLayersThatTargetsName() {
    AdapterLayout layout =
        AdapterLayout.of(fused, 3, List.of("qkv_proj", "model.layers.1.mlp.gate_up_proj"));
    assertThat(layout.sites())
        .extracting(LinearSite::module)
        .containsExactly(
            "model.layers.0.self_attn.qkv_proj",
            "model.layers.1.self_attn.qkv_proj",
            "model.layers.1.mlp.gate_up_proj");
    assertThat(layout.untouched()).hasSize(5);
    assertThat(layout.size()).isEqualTo(2 * 3 * (32 + 3 * 32) + 3 * (32 + 2 * 32));
    assertThat(AdapterLayout.of(fused, 3).untouched()).isEmpty();
  }

  @Test
  void refusesTargetsThatTheModelHasNot() {
    assertThatThrownBy(() -> AdapterLayout.of(fused, 3, List.of("o_proj", "q_proj")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Phi3ForCausalLM (qkv_proj, o_proj, gate_up_proj, down_proj)")
        .hasMessageEndingWith("found \"q_proj\"");
    assertThatThrownBy(() -> AdapterLayout.of(separate, 3, List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith("found none");
  }

  /** An adapter of some layers has the gradient that the whole one has there. */
  @ParameterizedTest
  @CsvSource({"phi3-window, qkv_proj", "qwen2, mlp.down_proj", "gemma3, k_proj"})
  void gradientAtNamedLayersIsThatOfTheWhole(String name, String target) {
    Reference reference = Reference.of("architectures/" + name);
    AdapterLayout some = AdapterLayout.of(reference.config(), 2, List.of(target));
    AdapterLayout all = AdapterLayout.of(reference.config(), 2);
    Random random = new Random(5);
    float[] values = new float[some.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.2 * random.nextGaussian());
    }
    float[] padded = new float[all.size()];
    for (int site = 0; site < some.sites().size(); site++) {
      int place = all.sites().indexOf(some.sites().get(site));
      int length = some.sizeOfA(site) + some.sizeOfB(site);
      System.arraycopy(values, some.offsetOfA(site), padded, all.offsetOfA(place), length);
    }
    for (GradientPath path : GradientPath.values()) {
      float[] part = gradient(reference, AdapterSnapshot.of(some, 4, 0, values), path);
      float[] whole = gradient(reference, AdapterSnapshot.of(all, 4, 0, padded), path);
      for (int site = 0; site < some.sites().size(); site++) {
        int place = all.sites().indexOf(some.sites().get(site));
        int length = some.sizeOfA(site) + some.sizeOfB(site);
        assertThat(part).as("%s", path).satisfies(found -> assertThat(found).hasSize(some.size()));
        for (int i = 0; i < length; i++) {
          assertThat(part[some.offsetOfA(site) + i]).isEqualTo(whole[all.offsetOfA(place) + i]);
        }
      }
    }
  }

  private static float[] gradient(Reference reference, AdapterSnapshot policy, GradientPath path) {
    try (PreferenceGradient.Result found =
        PreferenceGradient.of(reference.base(), path)
            .compute(
                policy,
                reference.adapter(false),
                reference.pairs("pairs"),
                DpoObjective.sigmoid(0.1),
                0)) {
      return found.gradient().toFloatVector();
    }
  }

  @Test
  void comesBackFromAFolderWithItsLayersOnly() {
    AdapterLayout some = AdapterLayout.of(fused, 2, List.of("gate_up_proj"));
    AdapterSnapshot snapshot = AdapterSnapshot.initial(some, 4, 0, 1);
    AdapterSnapshot read = AdapterSnapshot.of(fused, snapshot.weights());
    assertThat(read.layout().sites()).isEqualTo(some.sites());
    assertThat(read.layout().untouched()).isEqualTo(some.untouched());
    assertThat(read.values()).isEqualTo(snapshot.values());
  }
}
