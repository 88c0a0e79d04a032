package dev.flowdpo.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import dev.flowdpo.cli.Fixtures;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
