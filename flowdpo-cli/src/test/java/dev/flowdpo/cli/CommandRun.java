package dev.flowdpo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A command that ran in this process, and what it left. */
public record CommandRun(int exitCode, String out, String err) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public static CommandRun of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int exitCode =
        FlowDpo.commandLine(new PrintWriter(out, true), new PrintWriter(err, true)).execute(texts);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }

  /** Returns the lines of standard output, each of which must be JSON. */
  public List<JsonNode> jsonLines() {
    return out.lines().map(CommandRun::parse).toList();
  }

  /** Returns the last line of standard output as JSON. */
  public JsonNode json() {
    List<JsonNode> lines = jsonLines();
    return lines.get(lines.size() - 1);
  }

  public static List<String> keys(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  public static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }

  /** Returns a result without the only figure that two equal runs do not share. */
  public static JsonNode withoutTime(JsonNode result) {
    return ((ObjectNode) result.deepCopy()).without(List.of("seconds", "learningSeconds"));
  }

  /** Returns the lines of a file, each of which must be JSON; none where there is no file. */
  public static List<JsonNode> jsonLines(Path file) throws IOException {
    return Files.exists(file)
        ? Files.readAllLines(file).stream().map(CommandRun::parse).toList()
        : List.of();
  }

  /** Asserts that the command was refused as bad usage or bad input, and told why. */
  public CommandRun assertRefused(String... reasons) {
    assertThat(exitCode).as(err).isEqualTo(2);
    assertThat(out).isEmpty();
    assertThat(err).startsWith("flowdpo: ").doesNotContain("\tat ");
    for (String reason : reasons) {
      assertThat(err).contains(reason);
    }
    return this;
  }
}
