package dev.flowdpo.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.Trace;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceFileTest {
  private static AdapterFlowEngine engine;
  private static ModelTokens tokens;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    engine = new AdapterFlowEngineProvider().open(EngineSettings.defaults());
    tokens = engine.tokens();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @Test
  void whatIsWrittenIsReadBack() {
    TraceFile file = TraceFile.of(folder.resolve("traces.jsonl"), tokens);
    List<Trace> traces = List.of(trace(1), trace(2), trace(4));
    write(file.create(), traces);

    assertThat(file.readAll()).isEqualTo(traces);
    assertThat(file.readAll()).isEqualTo(traces);
  }

  @Test
  void anExampleHasThePromptAndTheEndOfTheSequence() {
    Trace trace = trace(7);

    SupervisedExample example = SupervisedExample.of(trace, tokens);

    assertThat(example.prompt()).isEqualTo(tokens.question(trace.problem().question()));
    assertThat(example.completion())
        .isEqualTo(
            TokenIds.builder()
                .addAll(trace.tokens())
                .add(tokens.config().endOfSequenceIds().get(0))
                .build());
    assertThat(example.completion()).isEqualTo(tokens.completion(trace.text()));
    assertThat(example.solution()).isEqualTo(trace.text());
    assertThat(example.source()).isEqualTo("flow");
  }

  @Test
  void anExampleKeepsTheLastNewlineOfItsSolution() {
    String text = "3*4=12\n#### 12\n";
    Trace trace = trace(7);
    Trace ended =
        new Trace(
            trace.problem(),
            TokenIds.copyOf(tokens.tokenizer().encode(text)),
            text.strip(),
            1,
            trace.origin());
    assertThat(SupervisedExample.of(ended, tokens).solution()).isEqualTo(text);
  }

  /** TRL's SFT trainer takes these columns, and would train without the question. */
  @Test
  void noColumnIsOneThatAnSftTrainerTakes() throws IOException {
    Path path = folder.resolve("traces.jsonl");
    write(TraceFile.of(path, tokens).create(), List.of(trace(1)));
    assertThat(new ObjectMapper().readTree(Files.readString(path)).fieldNames())
        .toIterable()
        .contains("question", "solution", "completion_ids")
        .doesNotContain("text", "messages", "prompt", "completion", "input_ids");
  }

  @Test
  void resumingCutsWhatCameAfterTheCheckpoint() throws IOException {
    Path path = folder.resolve("traces.jsonl");
    TraceFile file = TraceFile.of(path, tokens);
    write(file.create(), List.of(trace(1), trace(2), trace(2), trace(5), trace(6)));
    List<String> lines = Files.readAllLines(path);
    byte[] half = "{\"problems\":7,\"question\":\"é".getBytes(StandardCharsets.UTF_8);
    Files.write(path, Arrays.copyOf(half, half.length - 1), StandardOpenOption.APPEND);

    file.resume(4).close();
    assertThat(Files.readAllLines(path)).isEqualTo(lines.subList(0, 3));
    write(file.resume(4), List.of(trace(5)));
    assertThat(Files.readAllLines(path)).isEqualTo(lines.subList(0, 4));
    file.resume(0).close();
    assertThat(path).isEmptyFile();
    assertThat(file.readAll()).isEmpty();
  }

  /** As a file system leaves what it had made room for when the power went. */
  @Test
  void resumingCutsALineWithoutAnEnd() throws IOException {
    Path path = folder.resolve("traces.jsonl");
    TraceFile file = TraceFile.of(path, tokens);
    write(file.create(), List.of(trace(1), trace(2)));
    long whole = Files.size(path);
    try (RandomAccessFile open = new RandomAccessFile(path.toFile(), "rw")) {
      open.setLength(5L << 30);
    }

    file.resume(2).close();
    assertThat(path).hasSize(whole);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"completion_ids\":[|\"completion_ids\":[99999,|found 99999",
        "3*4=12|3*4=13|expected the text that this model's tokenizer gives",
        "\"question\":|\"quest\":|\"question\": expected a text, found no such key",
        "\"reward\":1.0|\"reward\":7|reward of a trace",
        "\"source\":\"flow\"|\"source\":3|\"source\"",
        "\"completion_ids\":[|\"completion_ids\":[END,|at the end alone",
      })
  void refusesRowsThatDoNotFit(String from, String to, String message) throws IOException {
    Path path = folder.resolve("traces.jsonl");
    TraceFile file = TraceFile.of(path, tokens);
    write(file.create(), List.of(trace(1)));
    String end = tokens.config().endOfSequenceIds().get(0).toString();
    String row = Files.readString(path);
    Files.writeString(path, row + row.replace(from, to.replace("END", end)));

    assertThatThrownBy(file::readAll)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("traces.jsonl, line 2")
        .hasMessageContaining(message);
  }

  @Test
  void refusesATraceWithoutItsEnd() throws IOException {
    Path path = folder.resolve("traces.jsonl");
    TraceFile file = TraceFile.of(path, tokens);
    write(file.create(), List.of(trace(1)));
    String end = tokens.config().endOfSequenceIds().get(0).toString();
    Files.writeString(path, Files.readString(path).replace("," + end + "]", "]"));

    assertThatThrownBy(file::readAll)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("end with the end of sequence");
    assertThatThrownBy(TraceFile.of(folder.resolve("none.jsonl"), tokens)::readAll)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.jsonl");
  }

  private static void write(TraceFile.Writer writer, List<Trace> traces) {
    try (writer) {
      traces.forEach(writer::write);
    }
  }

  private static Trace trace(int problems) {
    String text = "3*4=12\n#### 12";
    return new Trace(
        Problem.of("Ann has 3 bags with 4 pens. How many pens has she?", "12"),
        TokenIds.copyOf(tokens.tokenizer().encode(text)),
        text,
        1,
        new Trace.Origin(Trace.FLOW, problems, 3, -5));
  }
}
