package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.QueryKeyNorm;
import dev.flowdpo.runtime.reference.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What families mean by their keys, for shapes as their publishers state them. */
class PublishedConfigsTest {
  private static final String GRANITE_3_2B =
      """
      {"architectures": ["GraniteForCausalLM"], "model_type": "granite", "vocab_size": 49155,
       "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 40,
       "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 4096,
       "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "rope_scaling": null, "hidden_act": "silu",
       "attention_bias": false, "mlp_bias": false, "tie_word_embeddings": true,
       "embedding_multiplier": 12.0, "attention_multiplier": 0.015625,
       "residual_multiplier": 0.22, "logits_scaling": 8.0, "bos_token_id": 0, "eos_token_id": 0}
      """;

  private static final String OLMO_2_7B =
      """
      {"architectures": ["Olmo2ForCausalLM"], "model_type": "olmo2", "vocab_size": 100352,
       "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
       "num_attention_heads": 32, "num_key_value_heads": 32, "max_position_embeddings": 4096,
       "rms_norm_eps": 1e-06, "rope_theta": 500000, "rope_scaling": null, "hidden_act": "silu",
       "attention_bias": false, "tie_word_embeddings": false, "eos_token_id": 100257}
      """;

  @TempDir private Path folder;

  private ModelConfig read(String json) throws IOException {
    return ModelConfig.read(Files.writeString(folder.resolve("config.json"), json));
  }

  private static String with(String json, String key, String value) {
    return json.replaceFirst("}\\s*$", ", \"" + key + "\": " + value + "}");
  }

  private static String without(String json, String key) {
    return json.replaceFirst("\"" + key + "\": [^,}]*,", "");
  }

  @Test
  void readsGranite() throws IOException {
    ModelConfig config = read(GRANITE_3_2B);
    assertThat(config.architecture()).isEqualTo(Architecture.GRANITE);
    assertThat(config.parameters()).isEqualTo(2_533_531_648L); // published as 2.5 billion
    assertThat(config.variant().embeddingMultiplier()).isEqualTo(12);
    assertThat(config.attentionScale()).isEqualTo(0.015625);
    assertThat(config.variant().residualMultiplier()).isEqualTo(0.22);
    assertThat(config.variant().logitDivisor()).isEqualTo(8);
    assertThat(read(config.toJson())).isEqualTo(config);
  }

  /** Scores are then not divided by the root of the head size. */
  @Test
  void granitesMultipliersAreOneWhereTheFileIsSilent() throws IOException {
    String json = GRANITE_3_2B;
    for (String key :
        new String[] {
          "embedding_multiplier", "attention_multiplier", "residual_multiplier", "logits_scaling"
        }) {
      json = without(json, key);
    }
    ModelConfig config = read(json);
    assertThat(config.variant().embeddingMultiplier()).isEqualTo(1);
    assertThat(config.attentionScale()).isEqualTo(1);
    assertThat(config.variant().residualMultiplier()).isEqualTo(1);
    assertThat(config.variant().logitDivisor()).isEqualTo(1);
  }

  @Test
  void readsOlmo2() throws IOException {
    ModelConfig config = read(OLMO_2_7B);
    assertThat(config.architecture()).isEqualTo(Architecture.OLMO2);
    assertThat(config.parameters()).isEqualTo(7_298_617_344L); // published as 7.3 billion
    assertThat(config.beginOfSequenceId()).isEmpty();
    assertThat(config.variant().queryKeyNorm()).isEqualTo(QueryKeyNorm.ALL_HEADS);
    assertThat(LayerNorm.of(config))
        .containsExactly(
            LayerNorm.AFTER_ATTENTION,
            LayerNorm.AFTER_FEED_FORWARD,
            LayerNorm.QUERY,
            LayerNorm.KEY);
    assertThat(Checkpoint.expectedTensors(config))
        .containsKeys(
            "model.layers.31.post_attention_layernorm.weight",
            "model.layers.31.post_feedforward_layernorm.weight")
        .doesNotContainKey("model.layers.0.input_layernorm.weight");
    assertThat(read(config.toJson())).isEqualTo(config);
  }

  @Test
  void normalisesAllHeadsOfQueriesAndOfKeysTogether() throws IOException {
    ModelConfig config =
        read(OLMO_2_7B.replace("\"num_key_value_heads\": 32", "\"num_key_value_heads\": 8"));
    assertThat(LayerNorm.QUERY.width(config)).isEqualTo(4096);
    assertThat(LayerNorm.KEY.width(config)).isEqualTo(1024);
  }

  @ParameterizedTest
  @CsvSource({
    "sliding_window, 4096, Olmo2ForCausalLM has no window",
    "mlp_bias, true, Olmo2ForCausalLM has no such bias",
    "partial_rotary_factor, 0.5, Olmo2ForCausalLM rotates whole heads",
  })
  void refusesWhatOlmo2HasNot(String key, String value, String message) {
    assertThatThrownBy(() -> read(with(OLMO_2_7B, key, value)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("key \"" + key + "\"")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "embedding_multiplier, 0, embedding multiplier: expected a positive number",
    "attention_multiplier, 0, attention multiplier: expected a positive number",
    "residual_multiplier, -0.5, a finite number of at least 0",
    "logits_scaling, 0, logit divisor: expected a positive number",
    "num_local_experts, 40, mixtures of experts",
  })
  void refusesWhatGraniteHasNot(String key, String value, String message) {
    assertThatThrownBy(() -> read(with(without(GRANITE_3_2B, key), key, value)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  static Stream<ModelConfig> allFamilies() {
    Stream<ModelConfig> random =
        Stream.of(Architecture.values())
            .map(
                architecture ->
                    RandomCheckpoint.config(
                        new RandomCheckpoint.Shape(
                            architecture, 300, 32, 3, 4, 2, OptionalInt.of(8), 96, 64)));
    Stream<ModelConfig> fixtures =
        Reference.architectures().stream()
            .map(name -> ModelConfig.read(Reference.root().resolve(name).resolve("config.json")));
    return Stream.concat(random, fixtures);
  }

  @ParameterizedTest
  @MethodSource("allFamilies")
  void everyFamilyWritesWhatItReads(ModelConfig config) throws IOException {
    assertThat(read(config.toJson())).isEqualTo(config);
  }

  /** A family without a fixture would be untested. */
  @Test
  void everyFamilyHasAFixture() {
    assertThat(
            Reference.architectures().stream()
                .map(name -> ModelConfig.read(Reference.root().resolve(name + "/config.json")))
                .map(ModelConfig::architecture))
        .contains(Architecture.values());
  }
}
