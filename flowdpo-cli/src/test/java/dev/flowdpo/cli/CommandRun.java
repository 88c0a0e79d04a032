package dev.flowdpo.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A command that ran in this process, and what it left. */
record CommandRun(int exitCode, String out, String err) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  static CommandRun of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int exitCode =
        FlowDpo.commandLine(new PrintWriter(out, true), new PrintWriter(err, true)).execute(texts);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }

  /** Returns the lines of standard output, each of which must be JSON. */
  List<JsonNode> jsonLines() {
    return out.lines().map(CommandRun::parse).toList();
  }

  /** Returns the last line of standard output as JSON. */
  JsonNode json() {
    List<JsonNode> lines = jsonLines();
    return lines.get(lines.size() - 1);
  }

  static List<String> keys(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }
}
