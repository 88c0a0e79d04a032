package dev.flowdpo.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.gguf.TestGguf;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundled model as a GGUF file, beside the same model as a folder. */
class GgufModelTest {
  private static final List<Problem> PROBLEMS =
      List.of(Problem.of("Tom has 3 apples. He buys 4 more. How many apples does Tom have?"));

  @TempDir static Path root;
  private static Path folder;
  private static Path file;

  /** The words of the bundled tokenizer have no name in the format: both forms take GPT-2's. */
  @BeforeAll
  static void write() throws IOException {
    folder = Files.createDirectory(root.resolve("tiny"));
    Path bundled = BundledModel.folder();
    for (String name : List.of("config.json", "model.safetensors", "flow.json")) {
      Files.copy(bundled.resolve(name), folder.resolve(name));
    }
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode tokenizer = (ObjectNode) mapper.readTree(bundled.resolve("tokenizer.json").toFile());
    ((ObjectNode) tokenizer.putObject("pre_tokenizer"))
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
    mapper.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer);
    file = root.resolve("tiny-as-file.gguf");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      Files.write(file, TestGguf.of(checkpoint, keys(tokenizer)));
    }
    Files.copy(bundled.resolve("flow.json"), root.resolve("tiny-as-file.flow.json"));
  }

  private static Map<String, Object> keys(JsonNode tokenizer) {
    Map<Integer, String> tokens = new TreeMap<>();
    tokenizer
        .get("model")
        .get("vocab")
        .properties()
        .forEach(entry -> tokens.put(entry.getValue().intValue(), entry.getKey()));
    List<Integer> control = new ArrayList<>();
    for (JsonNode added : tokenizer.get("added_tokens")) {
      tokens.put(added.get("id").intValue(), added.get("content").textValue());
      control.add(added.get("id").intValue());
    }
    int[] types = new int[tokens.size()];
    Arrays.fill(types, 1);
    control.forEach(id -> types[id] = 3);
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : tokenizer.get("model").get("merges")) {
      merges.add(
          merge.isTextual()
              ? merge.textValue()
              : merge.get(0).textValue() + " " + merge.get(1).textValue());
    }
    return Map.of(
        "tokenizer.ggml.model",
        "gpt2",
        "tokenizer.ggml.pre",
        "gpt-2",
        "tokenizer.ggml.tokens",
        tokens.values().toArray(String[]::new),
        "tokenizer.ggml.token_type",
        types,
        "tokenizer.ggml.merges",
        merges.toArray(String[]::new));
  }

  private static List<Solution> solve(Path model) {
    try (Flow flow = Flow.builder().model(model).seed(3).build()) {
      return flow.solveAll(PROBLEMS);
    }
  }

  @Test
  void answersAreThoseOfTheFolder() {
    List<Solution> expected = solve(folder);
    List<Solution> found = solve(file);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i).chunks()).isEqualTo(expected.get(i).chunks()).isNotEmpty();
    }
  }

  @Test
  void itsNameIsThatOfTheFile() {
    assertThat(ModelSource.of(file).name()).isEqualTo("tiny-as-file");
    assertThat(ModelSource.of(file).contents().bytes()).isEqualTo(file.toFile().length());
  }

  @Test
  void whatIsNoModelIsRefused() throws IOException {
    assertThatThrownBy(() -> Flow.builder().model(root.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model: expected a checkpoint folder or a GGUF file, found nothing");
    Path text = Files.writeString(root.resolve("notes.txt"), "no model");
    assertThatThrownBy(() -> Flow.builder().model(text).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("notes.txt: magic number: expected the letters GGUF");
  }

  @Test
  void aChatModelWithoutATemplateIsWarnedOf() throws IOException {
    Path chat = Files.copy(file, root.resolve("tiny-instruct.gguf"));
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      Flow.builder().model(chat).build().close();
    } finally {
      System.setErr(before);
    }
    assertThat(log.toString(StandardCharsets.UTF_8))
        .contains("WARN")
        .contains(chat + ": expected a chat template, as its name says that it is a chat model")
        .contains("as " + root.resolve("tiny-instruct.chat_template.jinja"))
        .contains("into " + root.resolve("tiny-instruct.flow.json"));
  }
}
