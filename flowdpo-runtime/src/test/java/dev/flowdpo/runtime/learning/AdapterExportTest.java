package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoraAdapter;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.adapter.OnnxAdapterFile;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.checkpoint.LoraMatrices;
import dev.flowdpo.runtime.checkpoint.MergedCheckpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import dev.flowdpo.runtime.checkpoint.SafetensorsWriter;
import dev.flowdpo.runtime.graph.ElementType;
import dev.flowdpo.runtime.graph.Graph;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.graph.OnnxModel;
import dev.flowdpo.runtime.graph.Operations;
import dev.flowdpo.runtime.graph.Shape;
import dev.flowdpo.runtime.graph.Value;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters that leave: worked into the weights, and in ONNX Runtime's own format. */
class AdapterExportTest {
  private static final ModelConfig MODEL =
      new ModelConfig(
          ModelConfig.LLAMA,
          23,
          8,
          2,
          4,
          2,
          6,
          12,
          10_000,
          1e-5,
          64,
          false,
          List.of(2),
          OptionalInt.of(1));
  private static final List<Completion> TEXTS =
      List.of(
          new Completion(new int[] {1}, new int[] {5, 9, 22, 3, 7}),
          new Completion(new int[] {1, 4, 4}, new int[] {8, 0, 2}));

  @TempDir Path root;

  private Path base(DataType type) throws IOException {
    Random random = new Random(3);
    Map<String, FloatTensor> weights = new TreeMap<>();
    Checkpoint.expectedTensors(MODEL)
        .forEach((name, shape) -> weights.put(name, FloatTensor.of(values(random, shape), shape)));
    Path folder = Files.createDirectory(root.resolve("base"));
    Files.writeString(folder.resolve("config.json"), MODEL.toJson());
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    Files.writeString(folder.resolve("pytorch_model.bin"), "x");
    Files.createDirectory(folder.resolve("additional_chat_templates"));
    Files.writeString(folder.resolve("additional_chat_templates/rag.jinja"), "x");
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights, type, Map.of());
    return folder;
  }

  private static float[] values(Random random, long... shape) {
    int size = 1;
    for (long one : shape) {
      size *= (int) one;
    }
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian() / 4;
    }
    return values;
  }

  private static AdapterSnapshot adapter() {
    AdapterLayout layout = AdapterLayout.of(MODEL, 3);
    // Large, so that rounding is small beside what the adapter changes.
    return AdapterSnapshot.of(layout, 20, 0, values(new Random(8), layout.size()));
  }

  private static List<float[]> scores(Path folder, boolean adapted) {
    try (FrozenBase base = FrozenBase.load(Checkpoint.open(folder), SessionSettings.defaults())) {
      AdapterSnapshot adapter = adapted ? adapter() : AdapterSnapshot.none(base.config());
      return new CompletionScorer(base).tokenLogProbabilities(adapter, TEXTS);
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, 1e-5", "F16, 1e-2", "BF16, 5e-2"})
  void mergedModelScoresAsBaseWithAdapter(DataType type, float tolerance) throws IOException {
    Path base = base(type);
    Path merged = root.resolve("merged");
    MergedCheckpoint.write(base, adapter().weights(), merged, Long.MAX_VALUE);
    List<float[]> expected = scores(base, true);
    List<float[]> without = scores(base, false);
    List<float[]> found = scores(merged, false);
    float change = 0;
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).containsExactly(expected.get(i), within(tolerance));
      for (int token = 0; token < expected.get(i).length; token++) {
        change = Math.max(change, Math.abs(expected.get(i)[token] - without.get(i)[token]));
      }
    }
    assertThat(change).isGreaterThan(4 * tolerance);
    try (SafetensorsFile file = SafetensorsFile.open(merged.resolve("model.safetensors"));
        SafetensorsFile from = SafetensorsFile.open(base.resolve("model.safetensors"))) {
      assertThat(file.dataType("model.layers.1.mlp.up_proj.weight")).isEqualTo(type);
      assertThat(file.read("model.embed_tokens.weight"))
          .isEqualTo(from.read("model.embed_tokens.weight"));
    }
    assertThat(merged.resolve("config.json")).hasSameBinaryContentAs(base.resolve("config.json"));
    assertThat(merged.resolve("tokenizer.json")).exists();
    assertThat(merged.resolve("additional_chat_templates/rag.jinja")).exists();
    assertThat(merged.resolve("pytorch_model.bin")).doesNotExist();
  }

  @Test
  void splitsLargeModels() throws IOException {
    Path base = base(DataType.F32);
    Path merged = root.resolve("merged");
    MergedCheckpoint.write(base, adapter().weights(), merged, 3000);
    JsonNode index =
        new ObjectMapper().readTree(merged.resolve("model.safetensors.index.json").toFile());
    assertThat(index.at("/weight_map/model.norm.weight").asText())
        .matches("model-0000\\d-of-0000\\d\\.safetensors");
    assertThat(index.at("/metadata/total_size").asLong()).isEqualTo(4 * MODEL.parameters());
    assertThat(merged.resolve("model.safetensors")).doesNotExist();
    assertThat(scores(merged, false).get(0))
        .containsExactly(scores(base, true).get(0), within(1e-5f));
    // The shards are a base again.
    Path twice = root.resolve("twice");
    MergedCheckpoint.write(merged, adapter().weights(), twice, Long.MAX_VALUE);
    assertThat(twice.resolve("model.safetensors")).exists();
  }

  @Test
  void refusesAFolderInUseAndAnotherModel() throws IOException {
    Path base = base(DataType.F32);
    assertThatThrownBy(() -> MergedCheckpoint.write(base, adapter().weights(), base, 1 << 30))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a new or empty folder");
    AdapterWeights wrong =
        new AdapterWeights(
            2,
            2,
            0,
            new TreeMap<>(
                Map.of(
                    "model.layers.7.mlp.up_proj",
                    LoraMatrices.of(2, 8, 12, new float[16], new float[24]))));
    Path out = root.resolve("out");
    assertThatThrownBy(() -> MergedCheckpoint.write(base, wrong, out, 1 << 30))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a weight \"model.layers.7.mlp.up_proj.weight\"");
    assertThat(out).doesNotExist();
  }

  /** y = x Aᵀ Bᵀ, with A and B from the file in place of inputs. */
  @Test
  void onnxRuntimeLoadsTheAdapter() throws IOException, OrtException {
    Path file = root.resolve("answer" + OnnxAdapterFile.ENDING);
    AdapterSnapshot adapter = adapter();
    OnnxAdapterFile.write(file, adapter);
    assertThat(Files.readAllBytes(file)).contains((byte) 'T', (byte) 'O', (byte) 'R', (byte) 'T');
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Graph graph = Graph.create("side branches");
    Operations operations = new Operations(graph);
    List<LinearSite> sites = adapter.layout().sites();
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (LinearSite site : sites) {
      int in = site.inputs();
      Value x = graph.input("x " + site.module(), ElementType.FLOAT, Shape.of(1, in));
      Value a = graph.input(site.inputOfA(), ElementType.FLOAT, Shape.of(3, in));
      Value b = graph.input(site.inputOfB(), ElementType.FLOAT, Shape.of(site.outputs(), 3));
      graph.output("y " + site.module(), operations.linear(operations.linear(x, a), b));
      FloatBuffer values = FloatBuffer.wrap(values(new Random(in), in));
      inputs.put(x.name(), OnnxTensor.createTensor(environment, values, new long[] {1, in}));
    }
    try (OrtSession session = environment.createSession(OnnxModel.bytes(graph));
        OrtLoraAdapter lora = OrtLoraAdapter.create(Files.readAllBytes(file));
        OrtSession.RunOptions options = new OrtSession.RunOptions()) {
      options.addActiveLoraAdapter(lora);
      try (OrtSession.Result result = session.run(inputs, options)) {
        for (int site = 0; site < sites.size(); site++) {
          LinearSite linear = sites.get(site);
          String name = "y " + linear.module();
          float[] found = ((float[][]) result.get(name).orElseThrow().getValue())[0];
          float[] x = values(new Random(linear.inputs()), linear.inputs());
          assertThat(found).containsExactly(expected(adapter, site, x), within(1e-5f));
        }
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static float[] expected(AdapterSnapshot adapter, int site, float[] x) {
    LinearSite linear = adapter.layout().sites().get(site);
    float[] a = adapter.weights().modules().get(linear.module()).copyOfA();
    float[] b = adapter.weights().modules().get(linear.module()).copyOfB();
    float[] y = new float[linear.outputs()];
    for (int output = 0; output < y.length; output++) {
      double sum = 0;
      for (int inner = 0; inner < 3; inner++) {
        for (int input = 0; input < x.length; input++) {
          sum += b[output * 3 + inner] * a[inner * x.length + input] * x[input];
        }
      }
      y[output] = (float) (sum * 20 / 3);
    }
    return y;
  }
}
