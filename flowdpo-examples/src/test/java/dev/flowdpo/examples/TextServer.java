package dev.flowdpo.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A small language model behind HTTP: random letters, one a token, which end after twenty. */
final class TextServer implements AutoCloseable {
  private static final int END = 0;
  private static final int LONGEST = 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private final HttpServer server;

  TextServer() {
    try {
      server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    server.createContext("/", TextServer::handle);
    server.setExecutor(threads);
    server.start();
  }

  URI address() {
    return URI.create("http://localhost:" + server.getAddress().getPort() + "/");
  }

  private static void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode request = JSON.readTree(exchange.getRequestBody());
      if (request.path("prompt").asText().contains("teapot")) {
        exchange.sendResponseHeaders(418, -1);
        return;
      }
      byte[] reply = reply(request).toString().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, reply.length);
      exchange.getResponseBody().write(reply);
    }
  }

  private static ObjectNode reply(JsonNode request) {
    String prompt = request.get("prompt").textValue();
    int written = prompt.length() - prompt.indexOf('\n') - 1;
    boolean greedy = request.get("temperature").doubleValue() == 0;
    Random random = new Random(greedy ? 0 : request.get("seed").longValue() ^ prompt.hashCode());
    ObjectNode reply = JSON.createObjectNode();
    ArrayNode tokens = reply.putArray("tokens");
    StringBuilder text = new StringBuilder();
    boolean end = false;
    while (tokens.size() < request.get("max_tokens").intValue() && !end) {
      end =
          written + text.length() >= LONGEST
              && tokens.size() >= request.get("min_tokens").intValue();
      char letter = (char) ('a' + random.nextInt(26));
      tokens.add(end ? END : letter);
      text.append(end ? "" : letter);
    }
    return reply
        .put("text", text.toString())
        .put("log_probability", -3.25 * tokens.size())
        .put("end", end);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }
}
