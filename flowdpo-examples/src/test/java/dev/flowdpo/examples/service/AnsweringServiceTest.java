package dev.flowdpo.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service over HTTP, killed in the middle of its learning, and started again. */
@Tag("slow")
@Timeout(240)
class AnsweringServiceTest {
  private static final int QUESTIONS = 12;
  private static final Pattern LEARNED =
      Pattern.compile("flowdpo_learner_problems_total\\{.*} (\\d+)\\.0");

  private final HttpClient client = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private final List<Process> processes = new ArrayList<>();

  @TempDir private Path folder;

  private String address = "";

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void nothingIsLostAndNothingIsLearnedTwice() throws Exception {
    Process first = start();
    for (int i = 0; i < QUESTIONS; i++) {
      JsonNode solution = solve("Ann has " + (2 + i) + " pens. Ann buys 3 more. How many pens?");
      String feedback =
          json.createObjectNode()
              .put("solution", solution.path("id").asText())
              .put("answer", String.valueOf(5 + i))
              .toString();
      assertThat(post("/feedback", feedback).statusCode()).isEqualTo(202);
      assertThat(post("/feedback", feedback).statusCode()).as("the same again").isEqualTo(404);
    }
    first.destroyForcibly().waitFor();

    Process second = start();
    awaitLearned(QUESTIONS);
    second.destroy();
    assertThat(second.waitFor(60, TimeUnit.SECONDS)).as("ends in order").isTrue();

    start();
    assertThat(learned()).as("saved, and nothing again").isEqualTo(QUESTIONS);
    assertThat(post("/solve", " ").statusCode()).isEqualTo(400);
    assertThat(post("/feedback", "{}").statusCode()).isEqualTo(404);
  }

  private void awaitLearned(int count) throws Exception {
    while (learned() < count) {
      Thread.sleep(50);
    }
    assertThat(learned()).isEqualTo(count);
  }

  private int learned() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/metrics")).build();
    String text = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    Matcher matcher = LEARNED.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  private JsonNode solve(String question) throws Exception {
    HttpResponse<String> response = post("/solve", question);
    List<String> lines = response.body().lines().toList();
    assertThat(lines).contains("event: text", "event: solution");
    StringBuilder streamed = new StringBuilder();
    JsonNode last = json.nullNode();
    for (String line : lines) {
      if (line.startsWith("data: ")) {
        last = json.readTree(line.substring("data: ".length()));
        if (!last.has("id")) {
          streamed.append(last.path("text").asText());
        }
      }
    }
    assertThat(streamed.toString().strip()).isEqualTo(last.path("text").asText());
    return last;
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private Process start() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                AnsweringService.class.getName(),
                "0",
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    processes.add(process);
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = output.readLine();
    assertThat(line).startsWith("Listening on port ");
    address = "http://localhost:" + line.substring(line.lastIndexOf(' ') + 1);
    return process;
  }
}
