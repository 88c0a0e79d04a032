package dev.flowdpo.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.flowdpo.value.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server that speaks as vLLM does, and adds the pens up or guesses, by the seed. */
@Timeout(120)
class RemotePairsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void writesWhatRightAndWrongBranchesContrast() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    server.createContext("/v1/chat/completions", RemotePairsTest::reply);
    server.setExecutor(threads);
    server.start();
    Path file = folder.resolve("pairs.jsonl");
    String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      RemotePairs.main(new String[] {address, "pens", file.toString()});
    } finally {
      System.setOut(out);
      server.stop(0);
      threads.shutdown();
    }

    List<String> lines = Files.readAllLines(file);
    String printed = bytes.toString(StandardCharsets.UTF_8);
    assertThat(printed.strip())
        .startsWith("Let me count.\n#### ")
        .endsWith(lines.size() + " pairs");
    Set<String> contrasts = new TreeSet<>();
    for (String line : lines) {
      JsonNode row = JSON.readTree(line);
      assertThat(row.at("/prompt/0/role").asText()).isEqualTo("user");
      assertThat(row.at("/chosen/0/role").asText()).isEqualTo("assistant");
      assertThat(row.get("chosen_reward").doubleValue()).isEqualTo(1);
      String right = "#### " + answer(row.at("/prompt/0/content").asText());
      assertThat(row.at("/chosen/0/content").asText()).endsWith(right);
      assertThat(row.at("/rejected/0/content").asText().endsWith(right))
          .isEqualTo(row.get("rejected_reward").doubleValue() == 1);
      contrasts.add(row.get("contrast").asText());
    }
    assertThat(contrasts).containsExactly("chunk", "stop");
  }

  private static void reply(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode request = JSON.readTree(exchange.getRequestBody());
      JsonNode messages = request.get("messages");
      boolean begun = request.path("continue_final_message").asBoolean();
      int answer = Integer.parseInt(answer(messages.get(0).get("content").textValue()));
      int guess = request.get("seed").intValue() % 2 == 0 ? answer : answer + 1;
      ObjectNode reply = JSON.createObjectNode();
      reply
          .putArray("choices")
          .addObject()
          .put("finish_reason", begun ? "stop" : "length")
          .putObject("message")
          .put("content", begun ? "\n#### " + guess : "Let me count.");
      byte[] body = reply.toString().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String answer(String question) {
    return Pens.problems(50, 1).stream()
        .filter(problem -> problem.question().equals(question))
        .findFirst()
        .flatMap(Problem::answer)
        .orElseThrow();
  }
}
