package dev.flowdpo.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs of the page on LangChain4j run, and are those that it shows. */
@Timeout(120)
class LangChain4jTest {
  @TempDir private Path folder;

  @Test
  void theTutorAnswersAndStreams() throws IOException {
    String printed = printed(() -> LangChain4jTutor.main(new String[0]));
    assertThat(printed).contains("#### ").containsPattern("(STOP|LENGTH), TokenUsage");
  }

  @Test
  void thePageShowsTheTutor() throws IOException {
    String source =
        Files.readString(Path.of("src/main/java/dev/flowdpo/examples/LangChain4jTutor.java"));
    String page = Files.readString(Path.of("../docs/langchain4j.md"));
    assertThat(page).contains(source.substring(source.indexOf("import ")));
  }

  @Test
  void rolloutsOfAChatModelBecomePairs() throws IOException {
    Path file = folder.resolve("pairs.jsonl");
    String printed = printed(() -> LangChain4jPairs.main(new String[] {file.toString()}));
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).isNotEmpty();
    assertThat(printed).contains(lines.size() + " pairs");
    for (String line : lines) {
      JsonNode row = new ObjectMapper().readTree(line);
      assertThat(row.at("/prompt/0/role").asText()).isEqualTo("user");
      assertThat(row.get("chosen_reward").doubleValue())
          .isGreaterThanOrEqualTo(row.get("rejected_reward").doubleValue());
      assertThat(row.at("/chosen/0/content").asText())
          .isNotEqualTo(row.at("/rejected/0/content").asText());
    }
  }

  private static String printed(Runnable program) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
