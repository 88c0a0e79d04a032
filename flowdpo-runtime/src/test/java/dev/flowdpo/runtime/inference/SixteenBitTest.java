package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.Precision;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import dev.flowdpo.runtime.graph.ElementType;
import dev.flowdpo.runtime.reference.Reference;
import dev.flowdpo.runtime.training.PreferenceGradient;
import dev.flowdpo.value.LogProbabilities;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The graphs of 16 bits on ONNX Runtime's processor, which computes most operations in 32 and
 * rounds between them, against what PyTorch computed in 32, for every architecture.
 */
@Tag("slow")
class SixteenBitTest {
  static List<String> architectures() {
    return Reference.architectures();
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void isWhatPyTorchComputesButForRounding(String name) {
    Reference reference = Reference.of(name);
    SessionSettings settings =
        new SessionSettings(1, reference.base().maxTokens()).withPrecision(Precision.F16);
    try (FrozenBase base = FrozenBase.load(Checkpoint.open(reference.folder()), settings)) {
      assertThat(base.elementType()).isEqualTo(ElementType.FLOAT16);
      assertThat(base.cacheBytesPerToken()).isEqualTo(reference.base().cacheBytesPerToken() / 2);
      assertGradient(reference, base);
      assertDecoding(reference, base);
    }
  }

  private static void assertGradient(Reference reference, FrozenBase base) {
    AdapterSnapshot policy = reference.adapter(true);
    JsonNode expected = reference.json("expected.json");
    try (PreferenceGradient.Result found =
        PreferenceGradient.of(base, GradientPath.IN_GRAPH)
            .compute(
                policy,
                reference.adapter(false),
                reference.pairs("pairs"),
                DpoObjective.sigmoid(expected.get("beta").doubleValue()),
                0)) {
      assertThat(found.loss()).isCloseTo(expected.get("loss").doubleValue(), within(3e-3));
      for (int i = 0; i < found.sums().size(); i++) {
        LogProbabilitySums sums = found.sums().get(i);
        JsonNode wanted = expected.get("sums").get(i);
        assertThat(sums.policyChosen())
            .isCloseTo(wanted.get("policyChosen").doubleValue(), within(0.08));
        assertThat(sums.referenceRejected())
            .isCloseTo(wanted.get("referenceRejected").doubleValue(), within(0.08));
      }
      assertGradient(found.gradient().toFloatVector(), policy.layout(), reference);
    }
  }

  private static void assertGradient(float[] found, AdapterLayout layout, Reference reference) {
    try (SafetensorsFile expected =
        SafetensorsFile.open(reference.folder().resolve("gradients.safetensors"))) {
      for (int site = 0; site < layout.sites().size(); site++) {
        String module = layout.sites().get(site).module();
        Map<String, Integer> matrices =
            Map.of(
                PeftAdapters.aKey(module), layout.offsetOfA(site),
                PeftAdapters.bKey(module), layout.offsetOfB(site));
        matrices.forEach((key, offset) -> assertMatrix(found, offset, expected.floats(key), key));
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
    assertThat(Math.sqrt(error / norm)).as(key).isLessThan(0.05);
  }

  /**
   * Decodes the stored prompts. Their winners lead by as little as 0.01, which rounding turns at
   * times; from there on the text is another.
   */
  private static void assertDecoding(Reference reference, FrozenBase base) {
    int same = 0;
    int all = 0;
    for (JsonNode row : reference.lines("greedy.jsonl")) {
      int[] wanted = Reference.integers(row.get("tokens"));
      ChunkDecoder.Decoded found =
          decoded(reference, base, row, Reference.integers(row.get("prompt")), wanted.length);
      int first = Arrays.mismatch(found.tokens(), wanted);
      same += first < 0 ? wanted.length : first;
      all += wanted.length;
      if (first < 0) {
        double sum = 0;
        for (JsonNode one : row.get("logProbabilities")) {
          sum += one.doubleValue();
        }
        assertThat(LogProbabilities.ofTokens(found.logProbabilities()).sum().orElseThrow())
            .isCloseTo(sum, within(0.1));
      }
    }
    assertThat((double) same / all).isGreaterThan(0.95);
  }

  private static ChunkDecoder.Decoded decoded(
      Reference reference, FrozenBase base, JsonNode row, int[] prompt, int tokens) {
    AdapterSnapshot adapter = reference.adapter(row.get("adapter").booleanValue());
    KvPath path = KvPath.EMPTY;
    if (prompt.length > 1) {
      int[] known = Arrays.copyOf(prompt, prompt.length - 1);
      path =
          new Prefill(base)
              .run(adapter, List.of(new Prefill.Request(path, known)), new int[] {0})
              .get(0)
              .path();
    }
    ChunkDecoder.Row start = new ChunkDecoder.Row(path, prompt[prompt.length - 1], false, 0, 0);
    return new ChunkDecoder(base)
        .run(adapter, List.of(start), tokens, SamplingOptions.greedy(), abort -> {})
        .get(0);
  }
}
