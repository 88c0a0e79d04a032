package dev.flowdpo.cli.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters that learn over 4-bit weights. */
@Tag("long")
class QuantizedLearningTest {
  @TempDir private Path folder;

  @Test
  void onlineLearningImprovesTheFlowAndItsAdaptersFitTheFullModelToo() {
    Path run = folder.resolve("run");
    Path cache = folder.resolve("cache");
    CommandRun learned =
        CommandRun.of(
            "learn",
            "--problems",
            128,
            "--held-out",
            100,
            "--quantization",
            "int4",
            "--cache",
            cache,
            "--out",
            run,
            "--json");
    assertThat(learned.exitCode()).as(learned.err()).isZero();
    JsonNode result = learned.json();
    double gain = result.get("heldOutAfter").asDouble() - result.get("heldOutBefore").asDouble();
    assertThat(gain).isGreaterThan(0.2);
    assertThat(cache).isDirectoryContaining("glob:**/int4-*.safetensors");

    CommandRun full =
        CommandRun.of(
            "evaluate",
            "--data",
            "builtin",
            "--limit",
            100,
            "--mode",
            "flow",
            "--adapters",
            run,
            "--json");
    assertThat(full.exitCode()).as(full.err()).isZero();
    assertThat(full.json().get("accuracy").asDouble())
        .isGreaterThan(result.get("heldOutBefore").asDouble() + 0.2);
    assertThat(Files.exists(run.resolve("answer/adapter_model.safetensors"))).isTrue();
  }
}
