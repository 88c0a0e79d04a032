package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.HalfPrecision;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Model folders, whole and broken. */
class CheckpointTest {
  private static final String NORM = "model.norm.weight";

  @TempDir Path folder;

  @Test
  void namesTheTensorsOfTheArchitecture() {
    Map<String, long[]> tensors = Checkpoint.expectedTensors(TestModels.config(1, false));
    assertThat(tensors.keySet())
        .containsExactly(
            "model.embed_tokens.weight",
            "model.layers.0.input_layernorm.weight",
            "model.layers.0.post_attention_layernorm.weight",
            "model.layers.0.self_attn.q_proj.weight",
            "model.layers.0.self_attn.k_proj.weight",
            "model.layers.0.self_attn.v_proj.weight",
            "model.layers.0.self_attn.o_proj.weight",
            "model.layers.0.mlp.gate_proj.weight",
            "model.layers.0.mlp.up_proj.weight",
            "model.layers.0.mlp.down_proj.weight",
            NORM,
            "lm_head.weight");
    assertThat(tensors.get("model.layers.0.self_attn.q_proj.weight")).containsExactly(24, 8);
    assertThat(tensors.get("model.layers.0.self_attn.k_proj.weight")).containsExactly(12, 8);
    assertThat(tensors.get("model.layers.0.self_attn.o_proj.weight")).containsExactly(8, 24);
    assertThat(tensors.get("model.layers.0.mlp.down_proj.weight")).containsExactly(8, 12);
  }

  @Test
  void expectedTensorsHoldAllParameters() {
    for (ModelConfig config :
        new ModelConfig[] {TestModels.config(3, true), TestModels.config(2, false)}) {
      long sum = 0;
      for (FloatTensor tensor : TestModels.weights(config, 0).values()) {
        sum += tensor.data().remaining();
      }
      assertThat(config.parameters()).isEqualTo(sum);
    }
  }

  @ParameterizedTest
  @EnumSource(DataType.class)
  void readsEveryType(DataType type) throws IOException {
    ModelConfig config = TestModels.config(2, type == DataType.F16);
    Map<String, FloatTensor> written = TestModels.write(folder, config, type);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.config()).isEqualTo(config);
      assertThat(checkpoint.folder()).isEqualTo(folder);
      for (Map.Entry<String, FloatTensor> tensor : written.entrySet()) {
        FloatBuffer found = checkpoint.weight(tensor.getKey());
        FloatBuffer expected = tensor.getValue().data();
        assertThat(checkpoint.shape(tensor.getKey())).isEqualTo(tensor.getValue().shape());
        assertThat(found.isDirect() && found.isReadOnly()).isTrue();
        assertThat(found.remaining()).isEqualTo(expected.remaining());
        while (found.hasRemaining()) {
          assertThat(found.get()).isEqualTo(rounded(expected.get(), type));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DataType.class)
  void readsRowsAsItReadsTheWhole(DataType type) throws IOException {
    Map<String, FloatTensor> written = TestModels.write(folder, TestModels.config(1, false), type);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      for (String name : written.keySet()) {
        int rows = (int) checkpoint.shape(name)[0];
        FloatBuffer whole = checkpoint.weight(name);
        int width = whole.remaining() / rows;
        for (int first = 0; first <= rows; first++) {
          FloatBuffer found = checkpoint.weight(name, first, rows - first);
          assertThat(found).isEqualTo(whole.slice(first * width, (rows - first) * width));
        }
        assertThat(checkpoint.weight(name, 1, 1)).isEqualTo(whole.slice(width, width));
      }
      assertThatThrownBy(() -> checkpoint.weight(NORM, 0, 9))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected rows of shape [8], found 9 rows from row 0 on");
      assertThatThrownBy(() -> checkpoint.weight("model.norm.bias", 0, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no tensor");
    }
  }

  private static float rounded(float value, DataType type) {
    return switch (type) {
      case F32 -> value;
      case F16 -> HalfPrecision.fromF16(HalfPrecision.toF16(value));
      case BF16 -> HalfPrecision.fromBf16(HalfPrecision.toBf16(value));
    };
  }

  @Test
  void handsOutIndependentBuffersOverTheSameValues() throws IOException {
    TestModels.write(folder, TestModels.config(1, true), DataType.F16);
    Checkpoint checkpoint = Checkpoint.open(folder);
    FloatBuffer first = checkpoint.weight(NORM);
    float value = first.get();
    FloatBuffer second = checkpoint.weight(NORM);
    assertThat(second.position()).isZero();
    assertThat(second.get()).isEqualTo(value);
    checkpoint.close();
    assertThat(first.get(0)).isEqualTo(value);
    assertThatThrownBy(() -> checkpoint.weight(NORM)).isInstanceOf(FlowClosedException.class);
    assertThatThrownBy(() -> checkpoint.weight("model.layers.1.mlp.up_proj.weight"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no tensor");
  }

  @Test
  void readsShards() throws IOException {
    ModelConfig config = TestModels.config(2, false);
    Map<String, FloatTensor> weights = writeShards(config);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      weights.forEach(
          (name, tensor) -> assertThat(checkpoint.weight(name)).isEqualTo(tensor.data()));
    }
  }

  /** Puts tensors in turn into two shards and writes their index. */
  private Map<String, FloatTensor> writeShards(ModelConfig config) throws IOException {
    Map<String, FloatTensor> weights = TestModels.weights(config, 3);
    Files.writeString(folder.resolve("config.json"), config.toJson());
    StringBuilder index = new StringBuilder("{\"metadata\":{\"total_size\":1},\"weight_map\":{");
    for (int shard = 0; shard < 2; shard++) {
      String file = "model-0000" + (shard + 1) + "-of-00002.safetensors";
      Map<String, FloatTensor> part = new TreeMap<>();
      int i = 0;
      for (Map.Entry<String, FloatTensor> tensor : weights.entrySet()) {
        if (i++ % 2 == shard) {
          part.put(tensor.getKey(), tensor.getValue());
          index.append("\"%s\":\"%s\",".formatted(tensor.getKey(), file));
        }
      }
      SafetensorsWriter.write(folder.resolve(file), part, DataType.F32, Map.of());
    }
    index.setLength(index.length() - 1);
    Files.writeString(folder.resolve("model.safetensors.index.json"), index + "}}");
    return weights;
  }

  @Test
  void refusesShardsThatDoNotMatchTheirIndex() throws IOException {
    writeShards(TestModels.config(1, true));
    Path index = folder.resolve("model.safetensors.index.json");
    String good = Files.readString(index);
    Files.writeString(index, good.replace("\"lm", "\"x").replace("00001-of", "00002-of"));
    assertRefused("tensor \"model.", "expected it in the file");
    Files.writeString(
        index, good.replaceFirst("model-00001-of-00002.safetensors", "../m.safetensors"));
    assertRefused("weight_map.model.", "the name of a .safetensors file in the folder");
    Files.writeString(index, good.replaceFirst("\"model-00001-of-00002.safetensors\"", "7"));
    assertRefused("weight_map.model.", "found 7");
    Files.writeString(index, "{\"weight_map\":{}}");
    assertRefused("weight_map", "found {}");
    Files.writeString(index, "{}");
    assertRefused("weight_map", "found no such key");
    Files.writeString(index, good);
    Path shard = folder.resolve("model-00001-of-00002.safetensors");
    Files.copy(
        folder.resolve("model-00002-of-00002.safetensors"),
        folder.resolve("model-00003-of-00003.safetensors"));
    Files.writeString(index, good.replaceFirst("model-00002-of-00002", "model-00003-of-00003"));
    assertRefused("expected it in one shard, found it in another one too");
    Files.writeString(index, good);
    Files.delete(shard);
    assertRefused("00001-of-00002.safetensors: no such file");
  }

  @Test
  void refusesFoldersWithoutTheirFiles() throws IOException {
    assertThatThrownBy(() -> Checkpoint.open(folder.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a model folder with config.json");
    assertRefused("config.json: no such file");
    Files.writeString(folder.resolve("config.json"), TestModels.config(1, true).toJson());
    assertRefused("model.safetensors.index.json, found neither");
  }

  @Test
  void refusesMissingAndUnknownTensors() throws IOException {
    ModelConfig config = TestModels.config(1, false);
    Map<String, FloatTensor> weights = TestModels.write(folder, config, DataType.F32);
    weights.remove("lm_head.weight");
    rewrite(weights);
    assertRefused("expected the 12 tensors", "missing: \"lm_head.weight\"");
    weights = TestModels.weights(config, 1);
    weights.put("model.layers.0.self_attn.q_proj.bias", FloatTensor.of(new float[24], 24));
    rewrite(weights);
    assertRefused("found also \"model.layers.0.self_attn.q_proj.bias\"", "not supported");
  }

  @Test
  void ignoresWhatFollowsFromTheRest() throws IOException {
    ModelConfig config = TestModels.config(1, true);
    Map<String, FloatTensor> weights = TestModels.write(folder, config, DataType.F32);
    weights.put("model.layers.0.self_attn.rotary_emb.inv_freq", FloatTensor.of(new float[3], 3));
    weights.put("lm_head.weight", FloatTensor.of(new float[88], 11, 8));
    rewrite(weights);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.weight(NORM).remaining()).isEqualTo(8);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"vocab_size\" : 11 | \"vocab_size\" : 12 | expected shape [12, 8] from config",
        "\"hidden_size\" : 8 | \"hidden_size\" : 6 | expected shape [11, 6] from config",
        "\"head_dim\" : 6 | \"head_dim\" : 2 | q_proj.weight\": expected shape [8, 8]",
        "_layers\" : 1 | _layers\" : 2 | expected the 20 tensors",
        "_layers\" : 2 | _layers\" : 1 | found also \"model.layers.1.",
      })
  void refusesAConfigOfAnotherShape(String from, String to, String message) throws IOException {
    int layers = from.contains("_layers\" : 2") ? 2 : 1;
    TestModels.write(folder, TestModels.config(layers, true), DataType.F32);
    Path config = folder.resolve("config.json");
    String json = Files.readString(config);
    assertThat(json).contains(from);
    Files.writeString(config, json.replace(from, to));
    assertRefused(message);
  }

  @Test
  void refusesOtherTypes() throws IOException {
    ModelConfig config = TestModels.config(1, true);
    TestModels.write(folder, config, DataType.F32);
    Path file = folder.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    Files.write(file, text.replace("F32", "I32").getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(
        "tensor \"model.embed_tokens.weight\": expected dtype [F32, F16, BF16], found I32");
  }

  @Test
  void refusesATruncatedFile() throws IOException {
    TestModels.write(folder, TestModels.config(1, true), DataType.F32);
    Path file = folder.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertRefused("model.safetensors: tensor data: expected");
  }

  private void rewrite(Map<String, FloatTensor> weights) {
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights, DataType.F32, Map.of());
  }

  private void assertRefused(String... message) {
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(folder.toString())
        .hasMessageContainingAll(message);
  }
}
