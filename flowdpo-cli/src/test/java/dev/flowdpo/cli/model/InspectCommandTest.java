package dev.flowdpo.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InspectCommandTest {
  @TempDir private Path folder;

  private Path model(Object... options) {
    Path model = folder.resolve("model");
    List<Object> arguments = new ArrayList<>(List.of("make-model", "--out", model));
    arguments.addAll(Arrays.asList(options));
    CommandRun made = CommandRun.of(arguments.toArray());
    assertThat(made.exitCode()).as(made.err()).isZero();
    return model;
  }

  @Test
  void tellsWhatAModelIsAndNeeds() {
    Path model = model("--architecture", "gemma3", "--layers", 6, "--dtype", "bf16");

    CommandRun run = CommandRun.of("inspect", "--model", model);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            "Gemma3ForCausalLM",
            "6 layers, hidden 64",
            "(gelu_tanh), vocabulary 512, tied embeddings",
            "window: 4096 tokens in 5 layers",
            "theta 1000000, theta 10000 in 5 layers",
            "after attention and feed-forward, of queries and keys",
            "BF16",
            "in model.safetensors",
            "tokenizer, chat template",
            "weights, converted to F32",
            "direct memory",
            "Decoding 1 × (384 + 128 tokens)",
            "Optimizer step on 1 × 2 × 512 tokens, 128 of them scored, rank 8",
            "Java options   at least -Xmx");
  }

  @ParameterizedTest
  @CsvSource({
    "granite, 'embeddings 12, scores 0.0625, results of blocks 0.22, logits 1/8'",
    "olmo2, 'after attention and feed-forward, not before, of queries and keys, all heads'",
    "gemma2, 'embeddings 8'",
  })
  void tellsWhatAFamilyHasOfItsOwn(String architecture, String text) {
    CommandRun run = CommandRun.of("inspect", "--model", model("--architecture", architecture));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains(text);
  }

  @Test
  void givesTheNumbersAsJson() throws IOException {
    Path model = model("--dtype", "f16");
    ModelConfig config = ModelConfig.read(model.resolve("config.json"));

    CommandRun run =
        CommandRun.of(
            "inspect", "--model", model, "--batch", 2, "--rank", 4, "--memory", "3g", "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode json = run.json();
    assertThat(CommandRun.keys(json))
        .containsExactly(
            "model",
            "files",
            "tokenizer",
            "chatTemplate",
            "decoding",
            "training",
            "learning",
            "memory",
            "fits");
    assertThat(json.at("/model/parameters/total").asLong()).isEqualTo(config.parameters());
    assertThat(json.at("/model/types/F16").asLong()).isEqualTo(config.parameters());
    assertThat(json.at("/files/0/bytes").asLong())
        .isEqualTo(Files.size(model.resolve("model.safetensors")));
    assertThat(json.get("memory").asLong()).isEqualTo(3L << 30);
    assertThat(json.get("fits").asBoolean()).isTrue();
    for (String use : List.of("decoding", "training", "learning")) {
      long sum = 0;
      for (JsonNode part : json.get(use).get("parts")) {
        sum += part.get("bytes").asLong();
      }
      assertThat(json.get(use).get("bytes").asLong()).as(use).isEqualTo(sum).isPositive();
    }
  }

  @Test
  void refusesWhatDoesNotFitAndSaysWhatWould() {
    Path model = model("--hidden", 256, "--layers", 4, "--vocab", 5000);
    String[] arguments = {
      "inspect", "--model", model.toString(), "--batch", "64", "--train-batch", "4", "--memory"
    };

    CommandRun run = CommandRun.of((Object[]) with(arguments, "270m", "--json"));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.json().get("fits").asBoolean()).isFalse();
    assertThat(run.err())
        .contains(
            "memory: expected at most 270.0 MiB, found that decoding needs ",
            " with --packing none",
            " with --quantization int8",
            " with --batch 32",
            " with --prompt-tokens 192 --chunk-tokens 64",
            "an optimizer step needs ",
            " with --train-batch 2",
            " with --train-tokens 256 --completion-tokens 64",
            " with --dropout 0",
            " with --quantization int4");
    long needed = run.json().at("/learning/bytes").asLong();
    assertThat(CommandRun.of((Object[]) with(arguments, needed + "")).exitCode()).isZero();
    CommandRun both = CommandRun.of((Object[]) with(arguments, needed - 1 + ""));
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("found that learning online, which does both, needs ");
  }

  private static String[] with(String[] arguments, String... more) {
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return all;
  }

  @Test
  void readsNoWeight() throws IOException {
    Path model = model();
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Arrays.fill(bytes, bytes.length - 1000, bytes.length, (byte) 0xff); // not a number
    Files.write(weights, bytes);

    assertThat(CommandRun.of("inspect", "--model", model, "--quantization", "int4").exitCode())
        .isZero();
    assertThat(model.resolve("flowdpo-cache")).doesNotExist();
  }

  @Test
  void inspectsTheBundledModel() {
    CommandRun run = CommandRun.of("inspect");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("LlamaForCausalLM", "packed matrices for decoding, 2 copies");
  }

  @Test
  void refusesDamagedFoldersAsTheLibraryDoes() throws IOException {
    CommandRun none = CommandRun.of("inspect", "--model", folder.resolve("none"));
    none.assertRefused("expected a model folder with config.json");
    Path model = model();
    Path weights = model.resolve("model.safetensors");
    Files.write(weights, Arrays.copyOf(Files.readAllBytes(weights), 5000));
    CommandRun cut = CommandRun.of("inspect", "--model", model);
    cut.assertRefused(weights + ": tensor data: expected");
  }

  @ParameterizedTest
  @CsvSource({
    "--batch, 0, 'expected at least 1, found 0'",
    "--prompt-tokens, 300, expected at most the 256 tokens of --context",
    "--train-tokens, 300, expected at most the 256 tokens of --context",
    "--train-tokens, 8, expected more than the 64 of a completion",
    "--dropout, 1, expected 0 to below 1",
    "--batch, 2000000, expected at most 1000000",
    "--rank, 0, 'expected at least 1, found 0'",
    "--memory, 3x, expected a size such as 16g",
    "--memory, 0, expected a size such as 16g",
    "--memory, 99999999999999999t, expected a size such as 16g",
  })
  void refusesBadNumbers(String option, String value, String message) {
    CommandRun run = CommandRun.of("inspect", option, value);
    run.assertRefused(option, message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1048576k", "1024m", "1G", "1GB", "1gib", "1073741824"})
  void readsSizes(String text) {
    assertThat(MemorySize.parse(text)).isEqualTo(1L << 30);
    assertThat(MemorySize.shown(1L << 30)).isEqualTo("1.00 GiB");
    assertThat(MemorySize.shown(3 << 19)).isEqualTo("1.5 MiB");
  }
}
