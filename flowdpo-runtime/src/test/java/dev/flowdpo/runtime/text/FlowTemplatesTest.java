package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.SamplingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading, refusing and writing {@code flow.json}. */
class FlowTemplatesTest {
  @TempDir Path folder;

  private FlowTemplates read(String json) throws IOException {
    Files.writeString(folder.resolve("flow.json"), json);
    return FlowTemplates.read(folder);
  }

  @Test
  void takesDefaultsWhereThereIsNoFileOrKey() throws IOException {
    FlowTemplates defaults = FlowTemplates.defaults();
    assertThat(FlowTemplates.read(folder)).isEqualTo(defaults);
    assertThat(read("{}")).isEqualTo(defaults);
    assertThat(defaults.prompt()).contains("{question}");
    assertThat(defaults.options(5)).isEqualTo(FlowOptions.defaults().toBuilder().seed(5).build());
    assertThat(read("{\"chunk_size\": 8, \"yes\": \"Y\"}"))
        .isEqualTo(
            new FlowTemplates(
                defaults.prompt(),
                defaults.stopQuestion(),
                "Y",
                defaults.no(),
                8,
                defaults.maxChunks(),
                defaults.sampling()));
  }

  @Test
  void readsWhatItWrites() throws IOException {
    FlowTemplates templates =
        new FlowTemplates(
            "Q: {question}\nA:",
            "\nDone?",
            " y",
            " n",
            8,
            5,
            SamplingOptions.builder().temperature(1.5).topK(40).topP(0.5).build());
    assertThat(read(templates.toJson())).isEqualTo(templates);
    assertThat(read(FlowTemplates.defaults().toJson())).isEqualTo(FlowTemplates.defaults());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"prompt\": \"Q:\" | prompt: expected a text with {question}",
        "\"prompt\": 7 | key \"prompt\": expected a string, found 7",
        "\"stop_question\": \"\" | stop_question: expected a text, found none",
        "\"yes\": \"\" | yes: expected a text",
        "\"no\": \"\" | no: expected a text",
        "\"chunk_size\": 0 | found 0",
        "\"max_chunks\": 1.5 | found 1.5",
        "\"temperature\": -1 | found -1",
        "\"temperature\": \"hot\" | found \"hot\"",
        "\"top_k\": -1 | found -1",
        "\"top_p\": 0 | topP",
        "\"top_p\": 2 | topP",
        "\"chunkSize\": 8 | key \"chunkSize\": expected no such key, but only [prompt,"
            + " stop_question",
        "\"no\": \"a\", \"no\": \"b\" | Duplicate field 'no'",
        "x | malformed JSON"
      })
  void refuses(String content, String message) {
    assertThatThrownBy(() -> read("{" + content + "}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(folder.resolve("flow.json") + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void refusesSizesBelowOne() {
    FlowTemplates defaults = FlowTemplates.defaults();
    assertThatThrownBy(
            () -> new FlowTemplates("{question}", "?", "y", "n", 0, 1, defaults.sampling()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("chunk_size: expected at least 1, found 0");
    assertThatThrownBy(
            () -> new FlowTemplates("{question}", "?", "y", "n", 1, -1, defaults.sampling()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("max_chunks: expected at least 1, found -1");
  }
}
