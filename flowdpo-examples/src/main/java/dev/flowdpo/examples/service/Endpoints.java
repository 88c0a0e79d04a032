package dev.flowdpo.examples.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.flowdpo.Flow;
import dev.flowdpo.SolveOptions;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What the service answers to whom. Thread-safe. */
final class Endpoints {
  private static final int MOST_BYTES = 100_000;
  private static final int MOST_SERVED = 10_000;

  private final ObjectMapper json = new ObjectMapper();
  private final Flow flow;
  private final AnsweringService service;

  /** The last solutions, for feedback on them. */
  private final Map<String, Solution> served =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Solution> eldest) {
              return size() > MOST_SERVED;
            }
          });

  Endpoints(Flow flow, AnsweringService service) {
    this.flow = flow;
    this.service = service;
  }

  void addTo(HttpServer server) {
    server.createContext("/solve", this::solve);
    server.createContext("/feedback", this::feedback);
    server.createContext(
        "/metrics", exchange -> answer(exchange, 200, "text/plain", service.metrics()));
  }

  /** Sends text as server-sent events while it is written, and the solution at the end. */
  private void solve(HttpExchange exchange) throws IOException {
    Problem problem;
    try {
      problem = Problem.builder(body(exchange)).id(UUID.randomUUID().toString()).build();
    } catch (FlowException e) {
      answer(exchange, 400, "text/plain", e.getMessage() + "\n");
      return;
    }
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      OutputStream to = exchange.getResponseBody();
      FlowListener streaming =
          new FlowListener() {
            @Override
            public void onText(Problem solved, int index, String text) {
              send(to, "text", json.createObjectNode().put("text", text)); // throws: client is gone
            }
          };
      SolveOptions options =
          SolveOptions.builder()
              .deadline(Duration.ofSeconds(30))
              .listener(streaming)
              .streamEvery(4)
              .build();
      try {
        Solution solution = flow.solve(problem, options);
        served.put(problem.id(), solution);
        send(
            to,
            "solution",
            json.createObjectNode()
                .put("id", problem.id())
                .put("text", solution.text())
                .put("answer", solution.finalAnswer().orElse(null)));
      } catch (FlowException e) {
        send(to, "error", json.createObjectNode().put("message", e.getMessage()));
      } catch (UncheckedIOException e) {
        return; // the solve was given up with its client
      }
    }
  }

  private void feedback(HttpExchange exchange) throws IOException {
    JsonNode feedback = json.readTree(body(exchange));
    Optional<Solution> solution =
        Optional.ofNullable(served.remove(feedback.path("solution").asText()));
    String answer = feedback.path("answer").asText();
    if (solution.isEmpty() || answer.isBlank()) {
      answer(exchange, 404, "text/plain", "Expected the id of a new solution and an answer.\n");
      return;
    }
    service.accept(withAnswer(solution.get(), answer));
    answer(exchange, 202, "text/plain", "Thank you.\n");
  }

  private static Solution withAnswer(Solution solution, String answer) {
    Problem problem = solution.problem().toBuilder().answer(answer).build();
    return Solution.builder(problem, solution.text(), solution.finishReason(), solution.usage())
        .chunks(solution.chunks())
        .finalAnswer(solution.finalAnswer())
        .build();
  }

  private static void send(OutputStream to, String event, JsonNode data) {
    try {
      to.write(("event: " + event + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
      to.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String body(HttpExchange exchange) throws IOException {
    byte[] bytes = exchange.getRequestBody().readNBytes(MOST_BYTES);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    try (exchange) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
