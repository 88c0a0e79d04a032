package dev.flowdpo.chattemplate;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What Jinja2 made of templates, as make_expected.py in the test resources recorded it. */
final class RenderingFixtures {
  /** The time that the script told the templates. */
  static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 6, 9, 5, 3);

  static final Map<String, String> SPECIAL_TOKENS =
      Map.of("bos_token", "<|begin|>", "eos_token", "<|end|>", "pad_token", "<|pad|>");

  private static final ObjectMapper JSON = new ObjectMapper();

  private RenderingFixtures() {}

  /** One rendering: a text, or an error where the text is null. */
  record Expectation(String template, String conversation, String text) {
    @Override
    public String toString() {
      return template.lines().findFirst().orElse("") + ", " + conversation;
    }
  }

  static List<Expectation> read(String file) throws IOException {
    List<Expectation> expectations = new ArrayList<>();
    for (JsonNode row : JSON.readTree(text(file))) {
      expectations.add(
          new Expectation(
              row.get("template").textValue(),
              row.path("conversation").asText(""),
              row.path("text").textValue()));
    }
    return expectations;
  }

  /** The variables of a conversation, those that Hugging Face always gives included. */
  static Map<String, Object> conversation(String name) throws IOException {
    Map<String, Object> variables = new HashMap<>(SPECIAL_TOKENS);
    variables.put("tools", null);
    variables.put("documents", null);
    variables.put("add_generation_prompt", false);
    JsonNode given = JSON.readTree(text("conversations.json")).get(name);
    variables.putAll(JSON.convertValue(given, new TypeReference<Map<String, Object>>() {}));
    return variables;
  }

  static Map<String, Object> snippetVariables() throws IOException {
    Map<String, Object> variables = new HashMap<>(SPECIAL_TOKENS);
    variables.putAll(
        JSON.readValue(
            text("snippet_variables.json"), new TypeReference<Map<String, Object>>() {}));
    return variables;
  }

  static String text(String file) throws IOException {
    String name = "/chat-templates/" + file;
    try (InputStream in =
        Objects.requireNonNull(RenderingFixtures.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
