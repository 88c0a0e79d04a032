package dev.flowdpo.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.cli.CommandRun;
import dev.flowdpo.cli.Fixtures;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.checkpoint.LoraMatrices;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import dev.flowdpo.runtime.checkpoint.SafetensorsWriter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradientCommandTest {
  private static final double TOLERANCE = 1e-4;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "gqa-tied, taps, sigmoid, 0.1, sigmoid-0.1",
    "gqa-tied, in-graph, sigmoid, 0.1, sigmoid-0.1",
    "mha-untied, taps, sigmoid, 1.0, sigmoid-1.0",
    "mha-untied, in-graph, hinge, 0.5, hinge",
    "wide-heads-tied, taps, ipo, 0.1, ipo",
    "wide-heads-tied, in-graph, apo-zero, 0.5, apo-zero",
    "large-theta-untied, taps, robust, 0.5, robust",
    "large-theta-untied, in-graph, sigmoid, 1.0, sigmoid-1.0"
  })
  void agreesWithPyTorch(String name, String way, String objective, double beta, String expected)
      throws IOException {
    Path model = Fixtures.model(name);
    Path out = folder.resolve("new/gradient.safetensors");

    CommandRun run =
        gradient(
            model,
            model.resolve("adapter"),
            model.resolve("pair.json"),
            out,
            "--objective",
            objective,
            "--beta",
            beta,
            "--path",
            way,
            "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode pytorch =
        CommandRun.parse(Files.readString(model.resolve("expected.json"))).get("pair");
    JsonNode result = run.json();
    assertThat(CommandRun.keys(result))
        .containsExactly(
            "loss", "policyChosen", "policyRejected", "referenceChosen", "referenceRejected");
    JsonNode loss = pytorch.get("objectives").get(expected).get("loss");
    assertThat(result.get("loss").asDouble()).isCloseTo(loss.asDouble(), within(TOLERANCE));
    for (String sum : CommandRun.keys(result).subList(1, 5)) {
      assertThat(result.get(sum).asDouble())
          .isCloseTo(pytorch.get("sums").get(0).get(sum).asDouble(), within(TOLERANCE));
    }
    Path gradients = model.resolve("gradients-" + expected + ".safetensors");
    assertSameGradient(out, gradients);
  }

  /** A step along the gradient changes the loss by its squared norm. */
  @Test
  void hasTheShapesAndScalingOfTheFolder() throws IOException {
    Path model = Fixtures.model("gqa-tied");
    ModelConfig config = ModelConfig.read(model.resolve("config.json"));
    AdapterWeights adapter = PeftAdapters.read(model.resolve("adapter"), config);
    String module = "model.layers.1.self_attn.q_proj";
    assertThat(adapter.rank()).isGreaterThan(1);
    Path patterned = withRankOne(adapter, module, 0);
    Path out = folder.resolve("gradient.safetensors");

    CommandRun run = gradient(model, patterned, model.resolve("pair.json"), out, "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    try (SafetensorsFile file = SafetensorsFile.open(out)) {
      LoraMatrices lora = adapter.modules().get(module);
      assertThat(file.tensor(PeftAdapters.aKey(module)).shape())
          .containsExactly(1, lora.inputSize());
      assertThat(file.tensor(PeftAdapters.bKey(module)).shape())
          .containsExactly(lora.outputSize(), 1);
      FloatBuffer gradient = file.floats(PeftAdapters.bKey(module));
      double squared = 0;
      for (int i = 0; i < gradient.limit(); i++) {
        squared += Math.pow(gradient.get(i), 2);
      }
      double step = 1e-2 / Math.sqrt(squared);
      double above = loss(model, withRankOne(adapter, module, step, gradient));
      double below = loss(model, withRankOne(adapter, module, -step, gradient));
      assertThat((above - below) / (2 * step)).isCloseTo(squared, withinPercentage(1));
    }
  }

  private double loss(Path model, Path adapter) {
    Path out = folder.resolve("unused.safetensors");
    return gradient(model, adapter, model.resolve("pair.json"), out, "--json")
        .json()
        .get("loss")
        .asDouble();
  }

  private Path withRankOne(AdapterWeights adapter, String module, double step) throws IOException {
    int outputs = adapter.modules().get(module).outputSize();
    return withRankOne(adapter, module, step, FloatBuffer.allocate(outputs));
  }

  /** The adapter with the first row and column of one module, moved, under another scaling. */
  private Path withRankOne(
      AdapterWeights adapter, String module, double step, FloatBuffer direction)
      throws IOException {
    Path written = folder.resolve("adapter" + step);
    PeftAdapters.write(written, adapter, "base");
    Path config = written.resolve(PeftAdapters.CONFIG_FILE);
    ObjectNode json = (ObjectNode) CommandRun.parse(Files.readString(config));
    json.putObject("rank_pattern").put(module, 1);
    json.putObject("alpha_pattern").put(module, 5);
    Files.writeString(config, json.toString());
    Map<String, FloatTensor> tensors = new TreeMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(written.resolve(PeftAdapters.WEIGHTS_FILE))) {
      for (String key : file.tensors().keySet()) {
        tensors.put(key, new FloatTensor(file.tensor(key).shape(), file.floats(key)));
      }
      LoraMatrices lora = adapter.modules().get(module);
      float[] a = Arrays.copyOf(lora.copyOfA(), lora.inputSize());
      float[] b = new float[lora.outputSize()];
      for (int i = 0; i < b.length; i++) {
        b[i] = (float) (lora.copyOfB()[i * lora.rank()] + step * direction.get(i));
      }
      tensors.put(PeftAdapters.aKey(module), FloatTensor.of(a, 1, a.length));
      tensors.put(PeftAdapters.bKey(module), FloatTensor.of(b, b.length, 1));
      Path moved = folder.resolve("moved" + step);
      Files.createDirectories(moved);
      Files.copy(config, moved.resolve(PeftAdapters.CONFIG_FILE));
      SafetensorsWriter.write(
          moved.resolve(PeftAdapters.WEIGHTS_FILE), tensors, DataType.F32, Map.of());
      return moved;
    }
  }

  private static void assertSameGradient(Path found, Path expected) {
    try (SafetensorsFile a = SafetensorsFile.open(found);
        SafetensorsFile b = SafetensorsFile.open(expected)) {
      assertThat(a.tensors().keySet()).isEqualTo(b.tensors().keySet());
      for (String key : b.tensors().keySet()) {
        assertThat(key).startsWith("base_model.model.model.layers.").contains(".lora_");
        assertThat(a.tensor(key).shape()).isEqualTo(b.tensor(key).shape());
        assertThat(relativeDistance(a.floats(key), b.floats(key))).as(key).isLessThan(TOLERANCE);
      }
    }
  }

  private static double relativeDistance(FloatBuffer a, FloatBuffer b) {
    double distance = 0;
    double norm = 0;
    for (int i = 0; i < b.limit(); i++) {
      distance += Math.pow(a.get(i) - b.get(i), 2);
      norm += Math.pow(b.get(i), 2);
    }
    return Math.sqrt(distance / norm);
  }

  @Test
  void refusesPairsThatAreNone() throws IOException {
    Path model = Fixtures.model("gqa-tied");
    List<String> bad =
        List.of(
            "{\"prompt\":[1],\"chosen\":[2]}",
            "{\"prompt\":[1],\"chosen\":[2],\"rejected\":[]}",
            "{\"prompt\":[1],\"chosen\":[2],\"rejected\":[61]}",
            "{\"prompt\":[1],",
            "");
    for (String text : bad) {
      Path pair = Files.writeString(folder.resolve("pair.json"), text);

      CommandRun run =
          gradient(model, model.resolve("adapter"), pair, folder.resolve("out.safetensors"));

      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).contains("pair.json").hasLineCount(1);
    }
    assertThat(folder.resolve("out.safetensors")).doesNotExist();
  }

  @Test
  void refusesAnAdapterThatIsMissingOrOfAnotherModel() {
    Path model = Fixtures.model("gqa-tied");
    for (Path adapter :
        List.of(folder.resolve("none"), Fixtures.model("mha-untied").resolve("adapter"))) {
      CommandRun run =
          gradient(model, adapter, model.resolve("pair.json"), folder.resolve("out.safetensors"));

      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).contains(adapter.toString()).hasLineCount(1);
    }
  }

  private static CommandRun gradient(
      Path model, Path adapter, Path pair, Path out, Object... more) {
    List<Object> line =
        new ArrayList<>(
            List.of(
                "gradient", "--model", model, "--adapter", adapter, "--pair", pair, "--out", out));
    line.addAll(Arrays.asList(more));
    return CommandRun.of(line.toArray());
  }
}
