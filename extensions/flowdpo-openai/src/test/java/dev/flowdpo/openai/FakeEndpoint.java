package dev.flowdpo.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A real server on this machine that does what it is told with each request. */
final class FakeEndpoint implements AutoCloseable {
  static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int LONGEST = 20;

  /** What is done with a request. */
  interface Reply {
    void to(HttpExchange exchange, JsonNode request) throws Exception;
  }

  private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  private final List<String> paths = new CopyOnWriteArrayList<>();
  private final List<Headers> headers = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger count = new AtomicInteger();
  private final HttpServer server;

  /** The n-th request gets the n-th reply, and those after the last one the last. */
  FakeEndpoint(Reply... replies) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            JsonNode request = MAPPER.readTree(exchange.getRequestBody());
            Reply reply = replies[Math.min(count.getAndIncrement(), replies.length - 1)];
            paths.add(exchange.getRequestURI().toString());
            headers.add(exchange.getRequestHeaders());
            requests.add(request);
            reply.to(exchange, request);
          } catch (Exception e) {
            // The client went away, or the test is over; what matters is what the client sees.
            exchange.close();
          }
        });
    server.setExecutor(threads);
    server.start();
  }

  URI baseUrl() {
    return URI.create("http://" + host() + "/v1");
  }

  String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  List<JsonNode> requests() {
    return requests;
  }

  List<String> paths() {
    return paths;
  }

  List<Headers> headers() {
    return headers;
  }

  /** Replies nothing until the server is closed. */
  Reply hanging() {
    return (exchange, request) -> closed.await();
  }

  static Reply json(int status, String body, String... headers) {
    return (exchange, request) -> send(exchange, status, "application/json", body, headers);
  }

  static Reply completion(String text, String finishReason) {
    return json(
        200,
        "{\"choices\": [{\"text\": %s, \"finish_reason\": \"%s\"}]}"
            .formatted(quoted(text), finishReason));
  }

  static Reply message(String text, String finishReason) {
    return json(
        200,
        "{\"choices\": [{\"message\": {\"role\": \"assistant\", \"content\": %s}, \"finish_reason\": \"%s\"}]}"
            .formatted(quoted(text), finishReason));
  }

  /** Sends these bytes as events, and ends there. */
  static Reply events(String body) {
    return (exchange, request) -> {
      OutputStream out = stream(exchange);
      out.write(body.getBytes(StandardCharsets.UTF_8));
      out.flush();
    };
  }

  /** Writes events until the client is gone, which it then says. */
  static Reply endless(CountDownLatch begun, CountDownLatch gone) {
    return (exchange, request) -> {
      OutputStream out = stream(exchange);
      try {
        out.flush();
        begun.countDown();
        while (true) {
          out.write(delta("a", null).getBytes(StandardCharsets.UTF_8));
          out.flush();
          Thread.sleep(5);
        }
      } catch (IOException e) {
        gone.countDown();
      }
    };
  }

  /** Returns an event of {@code /completions}. */
  static String delta(String text, String finishReason) {
    return "data: {\"choices\": [{\"text\": %s, \"finish_reason\": %s}]}\n\n"
        .formatted(quoted(text), finishReason == null ? null : quoted(finishReason));
  }

  static String quoted(String text) {
    return MAPPER.valueToTree(text).toString();
  }

  /** Begins a reply of events, each flush of which is sent at once. */
  static OutputStream stream(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  static void send(HttpExchange exchange, int status, String type, String body, String... headers)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    for (int i = 0; i < headers.length; i += 2) {
      exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
    }
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** A small language model: random letters, one a token, which end after twenty. */
  static Reply letters() {
    return (exchange, request) -> {
      String written;
      if (request.has("messages")) {
        JsonNode last = request.get("messages").get(request.get("messages").size() - 1);
        boolean continues = last.get("role").asText().equals("assistant");
        written = continues ? last.get("content").asText() : "";
        if (continues != request.path("continue_final_message").asBoolean()) {
          send(exchange, 400, "application/json", "{\"error\": \"cannot continue\"}");
          return;
        }
      } else {
        String prompt = request.get("prompt").asText();
        written = prompt.substring(prompt.lastIndexOf('\n') + 1);
      }
      send(exchange, 200, "application/json", reply(request, written).toString());
    };
  }

  private static ObjectNode reply(JsonNode request, String written) {
    boolean chat = request.has("messages");
    boolean greedy = request.get("temperature").doubleValue() == 0;
    int content = (chat ? request.get("messages") : request.get("prompt")).toString().hashCode();
    Random random = new Random(greedy ? content : request.get("seed").longValue() ^ content);
    StringBuilder text = new StringBuilder();
    boolean end = false;
    int tokens = 0;
    for (; tokens < request.get("max_tokens").intValue() && !end; tokens++) {
      end =
          written.length() + text.length() >= LONGEST
              && tokens >= request.path("min_tokens").asInt();
      text.append(end ? "" : (char) ('a' + random.nextInt(26)));
    }
    ObjectNode reply = MAPPER.createObjectNode();
    ObjectNode choice = reply.putArray("choices").addObject();
    choice.put("finish_reason", end ? "stop" : "length");
    if (chat) {
      choice.putObject("message").put("role", "assistant").put("content", text.toString());
    } else {
      choice.put("text", text.toString());
    }
    if (request.has("logprobs")) {
      ArrayNode scores = choice.putObject("logprobs").putArray(chat ? "content" : "token_logprobs");
      for (int i = 0; i < tokens; i++) {
        if (chat) {
          scores.addObject().put("logprob", -3.25);
        } else {
          scores.add(-3.25);
        }
      }
    }
    return reply;
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
