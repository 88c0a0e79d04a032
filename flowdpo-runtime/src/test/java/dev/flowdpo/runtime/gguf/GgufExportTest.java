package dev.flowdpo.runtime.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.LinearLayer;
import dev.flowdpo.runtime.checkpoint.LoraMatrices;
import dev.flowdpo.runtime.checkpoint.MergedTensors;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.model.ModelSource;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.PromptSettings;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.text.definition.DefinitionWriter;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written as GGUF is read as the folder it was written from. */
class GgufExportTest {
  private static final String SAMPLE =
      "It's 2024: 12345 naïve cafés\n\n  cost 7€ — ok? ▁ 漢字 🙂 <0x41>";

  @TempDir Path root;

  private Path folder(Architecture architecture) throws IOException {
    int layers = architecture == Architecture.GEMMA3 ? 7 : 4;
    ModelConfig config =
        RandomCheckpoint.config(
            new RandomCheckpoint.Shape(
                architecture, 300, 32, layers, 4, 2, OptionalInt.of(8), 48, 64));
    Path folder = root.resolve("folder");
    RandomCheckpoint.write(folder, config, 5, DataType.F32);
    Files.write(folder.resolve("tokenizer.json"), DefinitionWriter.write(byteLevel("gpt-2")));
    return folder;
  }

  private TokenizerDefinition byteLevel(String cut) throws IOException {
    Path file = Files.write(root.resolve("bytes.gguf"), GgufTokenizerTest.byteLevel(cut).bytes());
    try (GgufFile gguf = GgufFile.open(file)) {
      return GgufTokenizer.read(gguf.metadata());
    }
  }

  /** Matrices for all linear layers but the last's. */
  private static AdapterWeights adapter(ModelConfig config) {
    Random random = new Random(3);
    TreeMap<String, LoraMatrices> modules = new TreeMap<>();
    for (int layer = 0; layer + 1 < config.layers(); layer++) {
      for (LinearLayer linear : LinearLayer.of(config)) {
        int in = linear.inputSize(config);
        int out = linear.outputSize(config);
        modules.put(
            linear.module(config, layer),
            LoraMatrices.of(2, in, out, values(random, 2 * in), values(random, 2 * out)));
      }
    }
    return new AdapterWeights(2, 3, 0, modules);
  }

  private static float[] values(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() / 8;
    }
    return values;
  }

  private static float greatestDifference(FloatBuffer one, FloatBuffer other) {
    assertThat(other.remaining()).isEqualTo(one.remaining());
    float greatest = 0;
    while (one.hasRemaining()) {
      greatest = Math.max(greatest, Math.abs(one.get() - other.get()));
    }
    return greatest;
  }

  private static float greatestDifference(MergedTensors expected, Checkpoint found) {
    float greatest = 0;
    for (Map.Entry<String, long[]> tensor :
        Checkpoint.expectedTensors(expected.base().config()).entrySet()) {
      FloatBuffer values = expected.rows(tensor.getKey(), 0, tensor.getValue()[0]);
      greatest = Math.max(greatest, greatestDifference(values, found.weight(tensor.getKey())));
    }
    return greatest;
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void aMergedModelOfEveryFamilyIsReadAsItsFolder(Architecture architecture) throws IOException {
    Path folder = folder(architecture);
    Path file = root.resolve("model.gguf");
    try (Checkpoint base = Checkpoint.open(folder)) {
      AdapterWeights adapter = adapter(base.config());
      ModelSource.of(folder).writeMergedGguf(adapter, GgufType.F32, file);
      try (Checkpoint found = ModelSource.of(file).open()) {
        boolean mistral = architecture == Architecture.MISTRAL;
        assertThat(found.config().architecture())
            .isEqualTo(mistral ? Architecture.LLAMA : architecture);
        // One is added to norms of Gemma, and taken off again.
        assertThat(greatestDifference(new MergedTensors(base, adapter), found)).isLessThan(2e-7f);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"F16, 2e-3", "BF16, 2e-2", "Q8_0, 2e-2"})
  void otherTypesAreAsNearAsTheyCanBe(GgufType type, float most) throws IOException {
    Path folder = folder(Architecture.LLAMA);
    Path file = root.resolve("model.gguf");
    try (Checkpoint base = Checkpoint.open(folder)) {
      AdapterWeights adapter = adapter(base.config());
      ModelSource.of(folder).writeMergedGguf(adapter, type, file);
      try (Checkpoint found = ModelSource.of(file).open()) {
        assertThat(found.storedType("model.layers.0.self_attn.q_proj.weight"))
            .isEqualTo(type.name());
        // 48 inputs are no whole blocks of 32.
        assertThat(found.storedType("model.layers.0.mlp.down_proj.weight"))
            .isEqualTo(type == GgufType.Q8_0 ? "F16" : type.name());
        assertThat(greatestDifference(new MergedTensors(base, adapter), found)).isBetween(0f, most);
      }
    }
  }

  @Test
  void aFileOfAFileKeepsKeysAndTokenizer() throws IOException {
    Path folder = folder(Architecture.LLAMA);
    Path first = root.resolve("first.gguf");
    Path second = root.resolve("second.gguf");
    Path asFolder = root.resolve("again");
    ModelConfig config = ModelSource.of(folder).config();
    AdapterWeights adapter = adapter(config);
    AdapterWeights none = new AdapterWeights(1, 1, 0, new TreeMap<>());
    Files.writeString(folder.resolve("flow.json"), "{\"chunk_size\": 5}");
    ModelSource.of(folder).writeMergedGguf(none, GgufType.F32, first);
    assertThat(root.resolve("first.flow.json")).hasContent("{\"chunk_size\": 5}");
    ModelSource.of(first).writeMergedGguf(adapter, GgufType.F32, second);
    ModelSource.of(first).writeMerged(adapter, Optional.of(DataType.F32), asFolder);
    assertThat(ModelSource.of(second).config()).isEqualTo(ModelSource.of(first).config());
    assertThat(ModelSource.of(asFolder).config()).isEqualTo(ModelSource.of(first).config());
    try (Checkpoint base = Checkpoint.open(folder);
        Checkpoint found = ModelSource.of(second).open();
        Checkpoint foundFolder = Checkpoint.open(asFolder);
        Tokenizer expected = ModelSource.of(folder).tokenizer();
        Tokenizer tokenizer = ModelSource.of(second).tokenizer();
        Tokenizer ofFolder = ModelSource.of(asFolder).tokenizer()) {
      MergedTensors merged = new MergedTensors(base, adapter);
      assertThat(greatestDifference(merged, found)).isZero();
      assertThat(greatestDifference(merged, foundFolder)).isZero();
      assertThat(tokenizer.encode(SAMPLE)).isEqualTo(expected.encode(SAMPLE));
      assertThat(ofFolder.encode(SAMPLE)).isEqualTo(expected.encode(SAMPLE));
    }
    assertThatThrownBy(() -> ModelSource.of(first).writeMergedGguf(adapter, GgufType.F32, first))
        .hasMessageContaining("expected another file than the base");
    assertThatThrownBy(() -> ModelSource.of(first).writeMerged(adapter, Optional.empty(), asFolder))
        .hasMessageContaining("expected a new or empty folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sentencepiece.gguf", "sentencepiece-no-prefix.gguf"})
  void scoresAreMadeOfMerges(String name) throws IOException {
    Path file = Path.of("src/test/resources/gguf", name);
    Path written = root.resolve("written.gguf");
    try (GgufFile gguf = GgufFile.open(file)) {
      TokenizerDefinition original = GgufTokenizer.read(gguf.metadata());
      ModelConfig config =
          RandomCheckpoint.config(
              new RandomCheckpoint.Shape(
                  Architecture.LLAMA, 1000, 8, 1, 1, 1, OptionalInt.of(8), 8, 8));
      PromptSettings settings =
          new PromptSettings(
              file,
              root.resolve("none"),
              Optional.empty(),
              Optional.empty(),
              file,
              true,
              Optional.empty());
      new GgufWriter()
          .put("general.architecture", "llama")
          .putAll(GgufVocabulary.of(original, config, settings))
          .write(written);
      try (Tokenizer expected = HuggingFaceTokenizers.of(original);
          Tokenizer found = ModelSource.of(written).tokenizer()) {
        assertThat(found.encode(SAMPLE)).isEqualTo(expected.encode(SAMPLE));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "smollm", "llama-bpe", "dbrx", "qwen2", "gpt-4o", "tekken"})
  void cutsAreNamedAsTheyWere(String cut) throws IOException {
    TokenizerDefinition definition = byteLevel(cut);
    boolean whole = cut.equals("llama-bpe") || cut.equals("tekken");
    assertThat(ByteLevelCut.of(definition, whole).orElseThrow().inFile()).isEqualTo(cut);
  }

  @Test
  void whatTheFormatCannotSayIsRefusedByName() throws IOException {
    Path out = root.resolve("model.gguf");
    AdapterWeights none = new AdapterWeights(1, 1, 0, new TreeMap<>());
    assertThatThrownBy(
            () -> ModelSource.of(BundledModel.folder()).writeMergedGguf(none, GgufType.F32, out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tokenizer.json: pre_tokenizer: expected a way to cut words");
    Path dynamic = Path.of("src/test/resources/pytorch/architectures/llama-rope-dynamic");
    assertThatThrownBy(() -> GgufKeys.of(dynamic, ModelSource.of(dynamic).config()))
        .hasMessageContaining("rope scaling Dynamic: expected one that GGUF files have for llama");
    Path folder = folder(Architecture.SMOLLM3);
    Path config = folder.resolve("config.json");
    Files.writeString(
        config, Files.readString(config).replaceFirst("\\[ 1, 1, 1, 0 \\]", "[ 0, 1, 1, 1 ]"));
    assertThatThrownBy(() -> ModelSource.of(folder).writeMergedGguf(none, GgufType.F32, out))
        .hasMessageContaining("found no_rope_layers");
    assertThat(out).doesNotExist();
  }

  @Test
  void anAdapterHasTheRowsOfItsBase() throws IOException {
    Path folder = folder(Architecture.LLAMA);
    Path file = root.resolve("adapter.gguf");
    ModelConfig config = ModelSource.of(folder).config();
    AdapterWeights adapter = adapter(config);
    GgufExport.writeAdapter(config, adapter, file);
    try (GgufFile found = GgufFile.open(file)) {
      assertThat(found.metadata().text("adapter.type")).contains("lora");
      assertThat(found.metadata().number("adapter.lora.alpha")).contains(3.0);
      assertThat(found.tensors()).hasSize(2 * adapter.modules().size());
      GgufTensor tensor = found.tensors().get("blk.1.attn_q.weight.lora_b");
      FloatBuffer b = found.map(tensor, 0, tensor.bytes()).asFloatBuffer();
      LoraMatrices lora = adapter.modules().get("model.layers.1.self_attn.q_proj");
      // Row 2 of a head of 8 is the second of the pairs, (1, 5).
      assertThat(b.get(2 * 2)).isEqualTo(lora.b().get(2));
      assertThat(b.get(3 * 2)).isEqualTo(lora.b().get(5 * 2));
      tensor = found.tensors().get("blk.1.attn_q.weight.lora_a");
      assertThat(tensor.shape()).containsExactly(2L, 32L);
      FloatBuffer a = found.map(tensor, 0, tensor.bytes()).asFloatBuffer();
      assertThat(greatestDifference(a, lora.a())).isZero();
    }
  }
}
