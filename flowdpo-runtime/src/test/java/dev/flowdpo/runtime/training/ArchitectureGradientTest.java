package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import dev.flowdpo.runtime.reference.Reference;
import java.nio.FloatBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The preference gradient of every architecture against PyTorch, both ways to form it. */
@Tag("slow")
class ArchitectureGradientTest {
  static Stream<Arguments> variantsAndPaths() {
    return Reference.architectures().stream()
        .flatMap(name -> Stream.of(GradientPath.values()).map(path -> Arguments.of(name, path)));
  }

  @ParameterizedTest
  @MethodSource("variantsAndPaths")
  void equalsPyTorch(String name, GradientPath path) {
    Reference reference = Reference.of(name);
    AdapterSnapshot policy = reference.adapter(true);
    JsonNode expected = reference.json("expected.json");
    try (PreferenceGradient.Result found =
        PreferenceGradient.of(reference.base(), path)
            .compute(
                policy,
                reference.adapter(false),
                reference.pairs("pairs"),
                DpoObjective.sigmoid(expected.get("beta").doubleValue()),
                0)) {
      assertThat(found.loss()).isCloseTo(expected.get("loss").doubleValue(), within(1e-5));
      for (int i = 0; i < found.sums().size(); i++) {
        LogProbabilitySums sums = found.sums().get(i);
        JsonNode wanted = expected.get("sums").get(i);
        assertThat(sums.policyChosen())
            .isCloseTo(wanted.get("policyChosen").doubleValue(), within(1e-4));
        assertThat(sums.referenceRejected())
            .isCloseTo(wanted.get("referenceRejected").doubleValue(), within(1e-4));
      }
      assertGradient(found.gradient().toFloatVector(), policy.layout(), reference);
    }
  }

  private static void assertGradient(float[] found, AdapterLayout layout, Reference reference) {
    try (SafetensorsFile expected =
        SafetensorsFile.open(reference.folder().resolve("gradients.safetensors"))) {
      assertThat(expected.tensors()).hasSize(2 * layout.sites().size());
      for (int site = 0; site < layout.sites().size(); site++) {
        String module = layout.sites().get(site).module();
        String keyOfA = PeftAdapters.aKey(module);
        String keyOfB = PeftAdapters.bKey(module);
        assertMatrix(found, layout.offsetOfA(site), expected.floats(keyOfA), keyOfA);
        assertMatrix(found, layout.offsetOfB(site), expected.floats(keyOfB), keyOfB);
      }
    }
  }

  private static void assertMatrix(float[] found, int offset, FloatBuffer expected, String key) {
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.remaining(); i++) {
      error += Math.pow(found[offset + i] - (double) expected.get(i), 2);
      norm += Math.pow(expected.get(i), 2);
    }
    assertThat(norm).as(key).isPositive();
    assertThat(Math.sqrt(error / norm)).as(key).isLessThan(1e-4);
  }
}
