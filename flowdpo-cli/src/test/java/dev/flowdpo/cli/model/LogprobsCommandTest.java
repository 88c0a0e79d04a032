package dev.flowdpo.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import dev.flowdpo.cli.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogprobsCommandTest {
  private static final double TOLERANCE = 1e-4;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gqa-tied",
        "mha-untied",
        "wide-heads-tied",
        "large-theta-untied",
        "gqa-tied-f16",
        "mha-untied-bf16"
      })
  void agreesWithPyTorch(String name) throws IOException {
    Path model = Fixtures.model(name);
    List<JsonNode> plain = rows(model, false);
    Path tokens = folder.resolve("tokens.jsonl");
    Files.write(tokens, plain.stream().map(JsonNode::toString).toList());

    CommandRun run = CommandRun.of("logprobs", "--model", model, "--tokens", tokens, "--json");

    assertThat(run.exitCode()).isZero();
    assertAgree(run.jsonLines(), plain);
    if (Files.exists(model.resolve("adapter"))) {
      List<JsonNode> adapted = rows(model, true);
      Files.write(tokens, adapted.stream().map(JsonNode::toString).toList());
      CommandRun withAdapter =
          CommandRun.of(
              "logprobs",
              "--model",
              model,
              "--tokens",
              tokens,
              "--adapter",
              model.resolve("adapter"),
              "--json");
      assertAgree(withAdapter.jsonLines(), adapted);
    }
  }

  private static List<JsonNode> rows(Path model, boolean adapter) throws IOException {
    return Files.readAllLines(model.resolve("logprobs.jsonl")).stream()
        .map(CommandRun::parse)
        .filter(row -> row.get("adapter").asBoolean() == adapter)
        .toList();
  }

  private static void assertAgree(List<JsonNode> found, List<JsonNode> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int row = 0; row < found.size(); row++) {
      assertThat(CommandRun.keys(found.get(row))).containsExactly("logProbs");
      JsonNode logProbs = found.get(row).get("logProbs");
      JsonNode pytorch = expected.get(row).get("logProbabilities");
      assertThat(logProbs.size()).isEqualTo(pytorch.size());
      for (int i = 0; i < logProbs.size(); i++) {
        assertThat(logProbs.get(i).asDouble())
            .isCloseTo(pytorch.get(i).asDouble(), within(TOLERANCE));
      }
    }
  }

  @Test
  void takesTheBundledModelAndARowOfOneToken() throws IOException {
    Path tokens = folder.resolve("tokens.jsonl");
    Files.writeString(tokens, "{\"tokens\":[7]}\n{\"tokens\":[7,8,9]}\n");

    CommandRun run = CommandRun.of("logprobs", "--tokens", tokens, "--json");

    assertThat(run.exitCode()).isZero();
    assertThat(run.jsonLines()).extracting(row -> row.get("logProbs").size()).containsExactly(0, 2);
  }

  @Test
  void quantisedWeightsAreKeptInTheCacheAndComeNearTheFullOnes() throws IOException {
    Path tokens = folder.resolve("tokens.jsonl");
    Files.writeString(tokens, "{\"tokens\":[20,30,40,50,60,70,80,90]}\n");
    List<Double> full = logProbs("none", tokens);
    for (String mode : List.of("int8", "int4")) {
      List<Double> found = logProbs(mode, tokens);
      double worst = 0;
      for (int i = 0; i < full.size(); i++) {
        worst = Math.max(worst, Math.abs(found.get(i) - full.get(i)));
      }
      assertThat(worst).as(mode).isBetween(1e-6, mode.equals("int8") ? 0.5 : 4);
    }
    try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
      assertThat(files.map(file -> file.getFileName().toString().replaceAll("-[0-9a-f]+", "")))
          .containsExactlyInAnyOrder(
              "int8.safetensors",
              "int8.safetensors.crc32c",
              "int4.safetensors",
              "int4.safetensors.crc32c");
    }
  }

  private List<Double> logProbs(String quantization, Path tokens) {
    CommandRun run =
        CommandRun.of(
            "logprobs",
            "--tokens",
            tokens,
            "--quantization",
            quantization,
            "--cache",
            folder.resolve("cache"),
            "--packing",
            "none",
            "--threads",
            1,
            "--context",
            64,
            "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    List<Double> values = new ArrayList<>();
    run.jsonLines().get(0).get("logProbs").forEach(value -> values.add(value.asDouble()));
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "--quantization, int5, 'expected as-stored, none, int8 or int4'",
    "--packing, some, 'expected all, decoding or none'",
    "--threads, -1, 'threads: expected a whole number of at least 0'",
    "--context, 0, 'maxTokens: expected a whole number of at least 1'"
  })
  void refusesABadWayOfLoading(String option, String value, String message) throws IOException {
    Path tokens = Files.writeString(folder.resolve("tokens.jsonl"), "{\"tokens\":[1,2]}\n");
    CommandRun run = CommandRun.of("logprobs", "--tokens", tokens, option, value);
    run.assertRefused(message, value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"tokens\":[1,2 | malformed JSON",
        "[1,2] | expected a JSON object",
        "{\"ids\":[1,2]} | no such key",
        "{\"tokens\":[]} | at least one token id",
        "{\"tokens\":[1,\"x\"]} | expected token ids",
        "{\"tokens\":[1,1.5]} | expected token ids",
        "{\"tokens\":[1,61]} | from 0 to 60",
        "{\"tokens\":[-1,2]} | from 0 to 60",
      })
  void refusesABadRowByFileAndLine(String row, String message) throws IOException {
    Path tokens = folder.resolve("tokens.jsonl");
    Files.writeString(tokens, "{\"tokens\":[1,2]}\n\n" + row + "\n");

    CommandRun run =
        CommandRun.of("logprobs", "--model", Fixtures.model("gqa-tied"), "--tokens", tokens);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("tokens.jsonl, line 3", message)
        .doesNotContain("\tat ")
        .hasLineCount(1);
  }

  @Test
  void refusesARowLongerThanTheModelReads() throws IOException {
    Path tokens = folder.resolve("tokens.jsonl");
    Files.writeString(tokens, "{\"tokens\":[" + "1,".repeat(9999) + "1]}");

    CommandRun run = CommandRun.of("logprobs", "--tokens", tokens);

    run.assertRefused("at most 257 tokens", "found 10000");
  }

  @Test
  void refusesAnEmptyFileAMissingOneAndAFolder() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty.jsonl"), "\n");

    for (Path tokens : List.of(empty, folder.resolve("none.jsonl"), folder)) {
      CommandRun run = CommandRun.of("logprobs", "--tokens", tokens);

      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).contains(tokens.toString()).hasLineCount(1);
    }
  }

  @Test
  void refusesADamagedCheckpointByName() throws IOException {
    Path tokens = Files.writeString(folder.resolve("tokens.jsonl"), "{\"tokens\":[1,2]}");
    Path truncated = Fixtures.copy("gqa-tied", folder.resolve("truncated"));
    Path weights = truncated.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, 100));
    Path corrupt = Fixtures.copy("gqa-tied", folder.resolve("corrupt"));
    bytes[8] = '?';
    Files.write(corrupt.resolve("model.safetensors"), bytes);
    Path architecture = Fixtures.copy("gqa-tied", folder.resolve("architecture"));
    edit(architecture.resolve("config.json"), "LlamaForCausalLM", "OtherForCausalLM");
    Path shape = Fixtures.copy("gqa-tied", folder.resolve("shape"));
    edit(shape.resolve("config.json"), "\"vocab_size\": 61", "\"vocab_size\": 62");

    for (Path model : List.of(truncated, corrupt, architecture, shape)) {
      CommandRun run = CommandRun.of("logprobs", "--model", model, "--tokens", tokens);

      assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
      assertThat(run.err()).contains(model.toString()).hasLineCount(1);
    }
  }

  private static void edit(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }
}
