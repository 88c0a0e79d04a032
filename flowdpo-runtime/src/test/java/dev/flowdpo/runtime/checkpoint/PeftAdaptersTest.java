package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PEFT folders out and in, and those that are refused. */
class PeftAdaptersTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RANK = 3;

  private final ModelConfig model = TestModels.config(2, true);

  @TempDir Path folder;

  private AdapterWeights adapter(BiPredicate<Integer, LinearLayer> adapted) {
    Random random = new Random(4);
    SortedMap<String, LoraMatrices> modules = new TreeMap<>();
    for (int layer = 0; layer < model.layers(); layer++) {
      for (LinearLayer linear : LinearLayer.of(model)) {
        if (adapted.test(layer, linear)) {
          int in = linear.inputSize(model);
          int out = linear.outputSize(model);
          float[] a = new float[RANK * in];
          float[] b = new float[out * RANK];
          for (int i = 0; i < a.length; i++) {
            a[i] = random.nextFloat();
          }
          for (int i = 0; i < b.length; i++) {
            b[i] = random.nextFloat();
          }
          modules.put(linear.module(model, layer), LoraMatrices.of(RANK, in, out, a, b));
        }
      }
    }
    return new AdapterWeights(RANK, 8, 0.05, modules);
  }

  private AdapterWeights adapter() {
    return adapter((layer, linear) -> true);
  }

  private JsonNode config() throws IOException {
    return JSON.readTree(folder.resolve("adapter_config.json").toFile());
  }

  @Test
  void writesTheKeysThatPeftReads() throws IOException {
    PeftAdapters.write(folder, adapter(), "some/base");
    JsonNode config = config();
    assertThat(config.path("peft_type").asText()).isEqualTo("LORA");
    assertThat(config.path("task_type").asText()).isEqualTo("CAUSAL_LM");
    assertThat(config.path("base_model_name_or_path").asText()).isEqualTo("some/base");
    assertThat(config.path("r").asInt()).isEqualTo(RANK);
    assertThat(config.path("lora_alpha").isIntegralNumber()).isTrue();
    assertThat(config.path("lora_alpha").asInt()).isEqualTo(8);
    assertThat(config.path("lora_dropout").asDouble()).isEqualTo(0.05);
    assertThat(config.path("bias").asText()).isEqualTo("none");
    assertThat(config.path("target_modules").valueStream().map(JsonNode::asText))
        .containsExactlyInAnyOrder(
            "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("adapter_model.safetensors"))) {
      assertThat(file.tensors()).hasSize(2 * 7 * 2);
      assertThat(file.tensor("base_model.model.model.layers.1.mlp.down_proj.lora_A.weight").shape())
          .containsExactly(RANK, 12);
      assertThat(file.tensor("base_model.model.model.layers.1.mlp.down_proj.lora_B.weight").shape())
          .containsExactly(8, RANK);
      assertThat(file.metadata()).containsEntry("format", "pt");
    }
  }

  @Test
  void readsWhatItWrites() {
    AdapterWeights all = adapter();
    PeftAdapters.write(folder, all, "base");
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(all);
    assertThat(all.scaling()).isEqualTo(8.0 / 3);
    AdapterWeights attention = adapter((layer, linear) -> linear == LinearLayer.VALUE);
    PeftAdapters.write(folder, attention, "base");
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(attention);
  }

  @Test
  void damageIsRefusedByTheFileAndOtherToolsNeedNoChecksums() throws IOException {
    AdapterWeights adapter = adapter();
    PeftAdapters.write(folder, adapter, "base");
    Random random = new Random(3);
    for (String name :
        List.of("adapter_config.json", "adapter_model.safetensors", FolderSums.FILE)) {
      Path file = folder.resolve(name);
      byte[] good = Files.readAllBytes(file);
      for (int i = 0; i < 50; i++) {
        byte[] bad = good.clone();
        int at = random.nextInt(good.length);
        bad[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, i % 2 == 0 ? bad : Arrays.copyOf(good, at));
        assertRefused("SHA-256", FolderSums.FILE);
      }
      Files.write(file, good);
    }
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(adapter);
    Files.delete(folder.resolve(FolderSums.FILE));
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(adapter);
  }

  @Test
  void namesModulesInFullWhereTheirShortNamesMeanMore() throws IOException {
    AdapterWeights some = adapter((layer, linear) -> layer == 1 || linear == LinearLayer.QUERY);
    PeftAdapters.write(folder, some, "base");
    assertThat(config().path("target_modules").valueStream().map(JsonNode::asText))
        .containsExactlyInAnyOrderElementsOf(some.modules().keySet());
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(some);
  }

  @Test
  void readsAFractionalAlphaAndAllLinear() throws IOException {
    AdapterWeights adapter = new AdapterWeights(RANK, 2.5, 0, adapter().modules());
    PeftAdapters.write(folder, adapter, "base");
    changeConfig("target_modules", "\"all-linear\"");
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(adapter);
  }

  /** W + scaling B A is what counts: the scalings are those that PEFT's documentation gives. */
  private double scaling(AdapterWeights found, String module) {
    LoraMatrices base = adapter().modules().get(module);
    LoraMatrices lora = found.modules().get(module);
    int rank = lora.rank();
    for (int i = 0; i < RANK * base.inputSize(); i++) {
      assertThat(lora.copyOfA()[i]).isEqualTo(base.copyOfA()[i]);
    }
    double factor = lora.copyOfB()[0] / base.copyOfB()[0];
    for (int i = 0; i < base.outputSize() * RANK; i++) {
      assertThat(lora.copyOfB()[i / RANK * rank + i % RANK])
          .isCloseTo((float) (factor * base.copyOfB()[i]), within(1e-6f));
    }
    return factor * found.scaling();
  }

  @Test
  void readsRankStabilisedScaling() throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    changeConfig("use_rslora", "true");
    AdapterWeights found = PeftAdapters.read(folder, model);
    assertThat(found.rank()).isEqualTo(RANK);
    assertThat(scaling(found, "model.layers.0.mlp.up_proj"))
        .isCloseTo(8 / Math.sqrt(RANK), within(1e-9));
  }

  @Test
  void readsAlphasByPattern() throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    changeConfig(
        "alpha_pattern",
        "{\"layers.1.self_attn.q_proj\": 6, \"q_proj\": 12,"
            + " \"model\\\\.layers\\\\.1\\\\.mlp\\\\..*\": 1}");
    AdapterWeights found = PeftAdapters.read(folder, model);
    assertThat(scaling(found, "model.layers.0.self_attn.q_proj")).isCloseTo(4, within(1e-6));
    assertThat(scaling(found, "model.layers.1.self_attn.q_proj")).isCloseTo(2, within(1e-6));
    assertThat(scaling(found, "model.layers.1.mlp.up_proj")).isCloseTo(1.0 / 3, within(1e-6));
    assertThat(scaling(found, "model.layers.0.mlp.up_proj")).isCloseTo(8.0 / 3, within(1e-6));
  }

  @Test
  void readsRanksByPattern() throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    String module = "model.layers.1.self_attn.v_proj";
    changeConfig("rank_pattern", "{\"layers.1.self_attn.v_proj\": 5}");
    rewriteTensors(
        DataType.F32,
        tensors -> {
          tensors.put(PeftAdapters.aKey(module), FloatTensor.of(ones(5 * 8), 5, 8));
          tensors.put(PeftAdapters.bKey(module), FloatTensor.of(ones(12 * 5), 12, 5));
        });
    AdapterWeights found = PeftAdapters.read(folder, model);
    assertThat(found.rank()).isEqualTo(5);
    assertThat(scaling(found, "model.layers.0.self_attn.q_proj"))
        .isCloseTo(8.0 / RANK, within(1e-6));
    LoraMatrices wide = found.modules().get(module);
    double each = 0;
    for (int i = 0; i < 5; i++) {
      each += wide.copyOfB()[i] * wide.copyOfA()[i * 8];
    }
    assertThat(each * found.scaling()).isCloseTo(5 * 8.0 / 5, within(1e-5));
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void readsTargetsByRegularExpression() throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    changeConfig(
        "target_modules", "\"model\\\\.layers\\\\.\\\\d+\\\\.(self_attn|mlp)\\\\..*_proj\"");
    changeConfig("fan_in_fan_out", "true");
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(adapter());
  }

  @Test
  void readsHalfPrecisionMatrices() throws IOException {
    AdapterWeights adapter = adapter();
    PeftAdapters.write(folder, adapter, "base");
    rewriteTensors(DataType.BF16, tensors -> {});
    assertThat(PeftAdapters.read(folder, model).modules()).hasSameSizeAs(adapter.modules());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "peft_type | \"IA3\" | expected \"LORA\", the one supported, found \"IA3\"",
        "peft_type | null | found no such key",
        "task_type | \"SEQ_CLS\" | expected \"CAUSAL_LM\"",
        "bias | \"all\" | expected \"none\"",
        "r | 0 | found 0",
        "r | \"8\" | found \"8\"",
        "r | 4 | expected shape [4, 8]",
        "lora_alpha | 0 | expected a positive number, found 0",
        "lora_alpha | -1 | found -1",
        "lora_dropout | 1 | expected a number below 1, found 1",
        "target_modules | null | found no such key",
        "target_modules | [] | found []",
        "target_modules | \"(\" | key \"target_modules\": expected a regular expression",
        "target_modules | \".*q_proj\" | expected only the matrices of the modules",
        "rank_pattern | {\"q_proj\": 4} | expected shape [4, 8]",
        "rank_pattern | {\"q_proj\": 0} | expected ranks from 1 to 1024, found 0",
        "rank_pattern | {\"[\": 4} | key \"rank_pattern\": expected a regular expression",
        "rank_pattern | [4] | expected an object from patterns",
        "alpha_pattern | {\"q_proj\": 0} | expected positive numbers, found 0",
        "alpha_pattern | {\"((([a-z0-9_.]*)*)*)*!\": 4} | takes more than 200000 steps",
        "target_modules | [\"q_proj\", \"lm_head\"] | found \"lm_head\"",
        "target_modules | [\"embed_tokens\"] | found \"embed_tokens\"",
        "target_modules | [\"q_proj\"] | expected only the matrices of the modules",
      })
  void refusesTheConfig(String key, String value, String message) throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    changeConfig(key, value);
    assertRefused(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "modules_to_save:[\"lm_head\"]",
        "use_dora:true",
        "lora_bias:true",
        "use_qalora:true",
        "layer_replication:[[0,1]]",
        "target_parameters:[\"w\"]",
        "trainable_token_indices:[1]",
        "alora_invocation_tokens:[1]",
        "arrow_config:{\"top_k\":1}",
        "use_bdlora:{\"x\":1}",
        "kasa_config:{\"k\":1}",
      })
  void refusesVariantsByName(String setting) throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    String key = setting.substring(0, setting.indexOf(':'));
    changeConfig(key, setting.substring(setting.indexOf(':') + 1));
    assertRefused("key \"" + key + "\": expected no such key, null, false or empty: not supported");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pissa", "pissa_niter_16", "olora", "corda", "loftq", "lora_ga", "other"})
  void refusesAdaptersWhoseBaseWasChangedAndSaysHowToConvert(String initialization)
      throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    changeConfig("init_lora_weights", '"' + initialization + '"');
    assertRefused(
        "key \"init_lora_weights\"",
        "found \"" + initialization + "\"",
        "path_initial_model_for_weight_conversion",
        "merge_and_unload");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false", "null", "\"gaussian\"", "\"eva\"", "\"orthogonal\""})
  void readsAdaptersWhoseBaseWasNotChanged(String initialization) throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    changeConfig("init_lora_weights", initialization);
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(adapter());
  }

  @Test
  void readsAdaptersThatNameNoTask() throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    changeConfig("task_type", "null");
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(adapter());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layers_to_transform | 1 | layers_pattern | null",
        "layers_to_transform | [1] | layers_pattern | \"layers\"",
        "exclude_modules | \".*layers\\\\.0\\\\..*\" | layers_pattern | null",
      })
  void readsAdaptersOfSomeLayers(String key, String value, String other, String otherValue)
      throws IOException {
    AdapterWeights upper = adapter((layer, linear) -> layer == 1);
    PeftAdapters.write(folder, upper, "base");
    changeConfig("target_modules", "\"all-linear\"");
    assertRefused("model.layers.0.");
    changeConfig(key, value);
    changeConfig(other, otherValue);
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(upper);
  }

  @Test
  void readsAdaptersThatLeaveModulesOut() throws IOException {
    String excluded = "self_attn.q_proj";
    AdapterWeights others =
        adapter((layer, linear) -> !linear.module(model, layer).endsWith(excluded));
    PeftAdapters.write(folder, others, "base");
    changeConfig("target_modules", "\"all-linear\"");
    changeConfig("exclude_modules", "[\"q_proj\"]");
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(others);
    changeConfig("exclude_modules", "[\"k_proj\"]");
    assertRefused("q_proj.lora_A.weight");
    changeConfig("exclude_modules", "[3]");
    assertRefused("key \"exclude_modules\": expected a list of names");
    changeConfig("exclude_modules", "null");
    changeConfig("layers_to_transform", "[-1]");
    assertRefused("key \"layers_to_transform\": expected the index of a layer");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void refusesMatricesThatAreNotFinite(float value) throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    String key = PeftAdapters.bKey("model.layers.0.self_attn.k_proj");
    rewriteTensors(
        DataType.F32,
        tensors -> {
          float[] values = new float[12 * RANK];
          values[5] = value;
          tensors.put(key, FloatTensor.of(values, 12, RANK));
        });
    assertRefused(key + "\": expected finite numbers, found " + value + " at element 5");
  }

  @Test
  void acceptsVariantsThatAreOff() throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    for (String key : new String[] {"use_qalora", "lora_bias"}) {
      changeConfig(key, "false");
    }
    changeConfig("modules_to_save", "[]");
    changeConfig("exclude_modules", "null");
    changeConfig("future_key", "{\"a\":1}");
    assertThat(PeftAdapters.read(folder, model)).isEqualTo(adapter());
  }

  @Test
  void refusesMatricesOfAnotherModel() throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    ModelConfig deeper = TestModels.config(3, true);
    assertThatThrownBy(() -> PeftAdapters.read(folder, deeper))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model.layers.2.self_attn.q_proj.lora_A.weight");
    ModelConfig shallower = TestModels.config(1, true);
    assertThatThrownBy(() -> PeftAdapters.read(folder, shallower))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("of 1 layers, found also")
        .hasMessageContaining("another model");
    String key = PeftAdapters.bKey("model.layers.0.self_attn.k_proj");
    rewriteTensors(
        DataType.F32, tensors -> tensors.put(key, FloatTensor.of(new float[24 * 3], 24, 3)));
    assertRefused(key + "\": expected shape [12, 3]", "found [24, 3]", "another model");
  }

  @Test
  void refusesMissingMatricesAndFiles() throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    String key = PeftAdapters.bKey("model.layers.0.self_attn.k_proj");
    rewriteTensors(DataType.F32, tensors -> tensors.remove(key));
    assertRefused("tensor \"" + key + "\": expected it in the file");
    Files.delete(folder.resolve("adapter_model.safetensors"));
    assertRefused("adapter_model.safetensors: no such file");
    Files.delete(folder.resolve("adapter_config.json"));
    assertRefused("adapter_config.json: no such file");
    Files.delete(folder);
    assertRefused("expected an adapter folder with adapter_config.json");
  }

  @Test
  void refusesAnAdapterOfNoModule() throws IOException {
    PeftAdapters.write(folder, adapter(), "base");
    changeConfig("target_modules", "\"nothing\"");
    changeConfig("r", "2147483647");
    rewriteTensors(DataType.F32, Map::clear);
    assertRefused("adapter_config.json: key \"target_modules\"", "found that nothing names none");
  }

  @Test
  void refusesToWriteAnEmptyAdapter() {
    assertThatThrownBy(() -> PeftAdapters.write(folder, adapter((l, n) -> false), "base"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found none");
  }

  private void changeConfig(String key, String value) throws IOException {
    ObjectNode config = (ObjectNode) config();
    config.set(key, JSON.readTree(value));
    JSON.writeValue(folder.resolve("adapter_config.json").toFile(), config);
    Files.deleteIfExists(folder.resolve(FolderSums.FILE)); // as the message says
  }

  private void rewriteTensors(DataType type, Consumer<Map<String, FloatTensor>> change)
      throws IOException {
    Files.deleteIfExists(folder.resolve(FolderSums.FILE));
    Path path = folder.resolve("adapter_model.safetensors");
    Map<String, FloatTensor> tensors = new HashMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      file.tensors().keySet().forEach(name -> tensors.put(name, file.read(name)));
    }
    change.accept(tensors);
    SafetensorsWriter.write(path, tensors, type, Map.of());
  }

  private void assertRefused(String... message) {
    assertThatThrownBy(() -> PeftAdapters.read(folder, model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(folder.toString())
        .hasMessageContainingAll(message);
  }
}
