package dev.flowdpo.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers questions over HTTP while it learns: every answer comes from the newest adapters that
 * were there when its question came in.
 */
public final class LearnWhileServing {
  private static final int MOST_BYTES = 16_384; // of a question: nobody else bounds a request

  private LearnWhileServing() {}

  /** Serves {@code curl -d "QUESTION" localhost:8080/solve} until it has learned. */
  public static void main(String[] arguments) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("localhost", 8080), 0);
    System.out.println(run(server, Pens.problems(200, 1)).progress());
  }

  static LearningReport run(HttpServer server, Iterable<Problem> problems) {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = flow.learner().verifier(new MathAnswerVerifier()).build()) {
      server.createContext("/solve", exchange -> solve(flow, exchange));
      server.setExecutor(threads);
      server.start();
      LearningReport report = learner.learn(problems); // on this thread; solves go on beside it
      server.stop(1); // lets requests end before the flow closes
      return report;
    } finally {
      threads.shutdown();
    }
  }

  private static void solve(Flow flow, HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES);
      String question = new String(body, StandardCharsets.UTF_8);
      byte[] text = flow.solve(question).text().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, text.length);
      exchange.getResponseBody().write(text);
    }
  }
}
