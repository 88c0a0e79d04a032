package dev.flowdpo.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.cli.CommandRun;
import dev.flowdpo.cli.Fixtures;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.gguf.GgufFile;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.training.TrainerOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
  private static final Path MODEL = Fixtures.model("gqa-tied");

  @TempDir private Path folder;

  private CommandRun export(String format, Path adapters) {
    return CommandRun.of(
        "export",
        "--model",
        MODEL,
        "--adapters",
        adapters,
        "--out",
        folder.resolve("out"),
        "--format",
        format,
        "--json");
  }

  @Test
  void writesAPeftFolderThatReadsTheSame() {
    CommandRun run = export("peft", MODEL.resolve("adapter"));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.json().at("/written/0").asText()).isEqualTo(folder.resolve("out").toString());
    ModelConfig config = ModelConfig.read(MODEL.resolve("config.json"));
    assertThat(PeftAdapters.read(folder.resolve("out"), config))
        .isEqualTo(PeftAdapters.read(MODEL.resolve("adapter"), config));
    assertThat(folder.resolve("out/adapter_config.json"))
        .content()
        .contains("\"base_model_name_or_path\" : \"" + MODEL.toAbsolutePath().normalize() + "\"");
  }

  @Test
  void mergesAndWritesForOnnxRuntime() throws Exception {
    ModelConfig config = ModelConfig.read(MODEL.resolve("config.json"));
    Path adapters = folder.resolve("adapters");
    for (String role : new String[] {"answer", "stop"}) {
      PeftAdapters.write(
          adapters.resolve(role), PeftAdapters.read(MODEL.resolve("adapter"), config), "base");
    }
    assertThat(export("merged", adapters).exitCode()).isZero();
    for (String role : new String[] {"answer", "stop"}) {
      try (Checkpoint merged = Checkpoint.open(folder.resolve("out").resolve(role))) {
        assertThat(merged.config()).isEqualTo(config);
      }
    }
    CommandRun onnx = export("onnx", adapters);
    assertThat(onnx.json().path("written")).hasSize(2);
    assertThat(Files.size(folder.resolve("out/stop.onnx_adapter"))).isGreaterThan(1000);
  }

  @Test
  void aMergedFolderHasACardOfItsOwnAndWhatOtherToolsNeed() throws Exception {
    Path base = BundledModel.folder();
    ModelConfig config = ModelConfig.read(base.resolve("config.json"));
    Path adapter = folder.resolve("adapter");
    PeftAdapters.write(
        adapter, TrainerOptions.builder().build().freshAdapter(config).weights(), base.toString());
    Path out = folder.resolve("out");
    CommandRun run =
        CommandRun.of(
            "export", "--adapters", adapter, "--out", out, "--format", "merged", "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(out.resolve("README.md"))
        .content()
        .contains("license: apache-2.0", "LoRA adapter merged in", "28 weights")
        .doesNotContain("Accuracy");
    for (String file : new String[] {"tokenizer_config.json", "generation_config.json"}) {
      assertThat(out.resolve(file)).hasSameTextualContentAs(base.resolve(file));
    }
  }

  @Test
  void writesAnAdapterForLlamaCpp() {
    CommandRun run = export("gguf-lora", MODEL.resolve("adapter"));

    assertThat(run.exitCode()).as(run.err()).isZero();
    Path file = folder.resolve("out/adapter.gguf");
    assertThat(run.json().at("/written/0").asText()).isEqualTo(file.toString());
    try (GgufFile written = GgufFile.open(file)) {
      assertThat(written.metadata().text("adapter.type")).contains("lora");
    }
  }

  @Test
  void refusesWhatIsNoAdapter() {
    CommandRun run = export("peft", folder);

    run.assertRefused("expected adapter_config.json or the adapter folders");
    assertThat(export("ggml", folder).err())
        .contains("expected peft, merged, onnx, gguf or gguf-lora");
    run = export("gguf", MODEL.resolve("adapter"));
    run.assertRefused("tokenizer.json: no such file");
    assertThat(export("merged", MODEL.resolve("adapter")).exitCode()).isZero();
    assertThat(export("merged", MODEL.resolve("adapter")).exitCode()).isEqualTo(2);
  }
}
