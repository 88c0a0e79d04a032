package dev.flowdpo.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChatEndpointComparerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "sk-secret";
  private static final TracePair PAIR = new TracePair(Problem.of("1+1?", "2"), "one", "two");

  /** What the server replies to a request. */
  private record Reply(int status, String body, Map<String, String> headers) {
    static Reply ok(String content) {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      body.putArray("choices").addObject().putObject("message").put("content", content);
      return new Reply(200, body.toString(), Map.of());
    }

    static Reply status(int status) {
      return new Reply(status, "{\"error\": \"busy\"}", Map.of());
    }
  }

  private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile Function<JsonNode, Reply> replies = request -> Reply.ok("");
  private ExecutorService threads;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    threads = Executors.newCachedThreadPool();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          JsonNode request = JSON.readTree(exchange.getRequestBody().readAllBytes());
          requests.add(request);
          keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          Reply reply = replies.apply(request);
          reply.headers.forEach(exchange.getResponseHeaders()::set);
          byte[] body = reply.body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(reply.status, body.length);
          try (exchange) {
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/");
  }

  private ChatEndpointComparerBuilder builder() {
    return ChatEndpointComparer.of(address(), "comparer-1")
        .apiKey(KEY)
        .retries(2, Duration.ofMillis(1), Duration.ofSeconds(2));
  }

  private Comparison compared(String content) {
    replies = request -> Reply.ok(content);
    return builder().build().compare(PAIR);
  }

  @Test
  void asksTheModelForAVerdictInJson() {
    Comparison comparison =
        compared("{\"verdict\": \"A\", \"confidence\": 0.75, \"reason\": \"B is wrong\"}");
    assertThat(comparison).isEqualTo(new Comparison(Preference.FIRST, 0.75, "B is wrong"));
    JsonNode request = requests.get(0);
    assertThat(request.path("model").asText()).isEqualTo("comparer-1");
    assertThat(request.path("temperature").asInt(-1)).isZero();
    assertThat(request.path("response_format").path("type").asText()).isEqualTo("json_object");
    assertThat(request.path("messages").path(0).path("content").asText())
        .contains("\"verdict\"")
        .contains("Correctness comes before clarity");
    assertThat(request.path("messages").path(1).path("content").asText())
        .isEqualTo(
            "Problem:\n1+1?\n\nKnown final answer: 2\n\nSolution A:\none\n\nSolution B:\ntwo");
    assertThat(keys).containsExactly("Bearer " + KEY);
  }

  @Test
  void readsVerdictsInOtherWordsAndWithTextAround() {
    Map<String, Preference> replies =
        Map.of(
            "```json\n{\"verdict\": \"B\"}\n```", Preference.SECOND,
            "<think>{maybe {\"verdict\": \"A\"}}</think> {\"winner\": \"Solution B\"}",
                Preference.SECOND,
            "Sure! {\"preference\": \"first\", \"confidence\": \"80%\"} Bye.", Preference.FIRST,
            "{\"verdict\": 2, \"confidence\": null}", Preference.SECOND,
            "{\"verdict\": \"Neither\", \"confidence\": -3}", Preference.TIE,
            "{\"verdict\": \"tie\", \"confidence\": 90, \"explanation\": \"{same}\"}",
                Preference.TIE);
    replies.forEach(
        (content, preference) ->
            assertThat(compared(content).preference()).as(content).isEqualTo(preference));
    assertThat(compared("{\"better\": \"b\", \"confidence\": 90}").confidence()).isEqualTo(0.9);
  }

  @Test
  void nonsenseIsUndecidedWithItsReason() {
    for (String content :
        List.of(
            "I like the first one.", "{\"verdict\": \"C\"}", "{\"answer\": \"A\"}", "{", "[1]")) {
      Comparison comparison = compared(content);
      assertThat(comparison.preference()).as(content).isEqualTo(Preference.UNDECIDED);
      assertThat(comparison.reason()).startsWith("expected").contains("verdict");
    }
    for (String body : List.of("<html>", "", "[]", "{\"choices\": []}", "{\"choices\": 3}")) {
      replies = request -> new Reply(200, body, Map.of());
      Comparison comparison = builder().build().compare(PAIR);
      assertThat(comparison.preference()).as(body).isEqualTo(Preference.UNDECIDED);
      assertThat(comparison.reason()).startsWith("expected a chat completion");
    }
  }

  @Test
  void triesAgainWhereThatMayHelp() {
    AtomicInteger asked = new AtomicInteger();
    replies =
        request ->
            switch (asked.getAndIncrement()) {
              case 0 -> new Reply(429, "", Map.of("Retry-After", "0"));
              case 1 -> new Reply(503, "", Map.of("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"));
              default -> Reply.ok("{\"verdict\": \"A\"}");
            };
    assertThat(builder().build().compare(PAIR).preference()).isEqualTo(Preference.FIRST);
    assertThat(asked).hasValue(3);
  }

  @Test
  void givesUpWhereItDoesNotHelp() {
    replies = request -> Reply.status(500);
    Comparison comparison = builder().build().compare(PAIR);
    assertThat(comparison.preference()).isEqualTo(Preference.UNDECIDED);
    assertThat(comparison.reason()).startsWith("status 500").contains("busy");
    assertThat(requests).hasSize(3);

    replies = request -> new Reply(429, "", Map.of("Retry-After", "3600"));
    assertThat(builder().build().compare(PAIR).reason()).contains("asks for a wait of 3600 s");
    assertThat(requests).hasSize(4);
  }

  @Test
  void afterFiveFailuresInARowTheRestIsNotAsked() {
    replies = request -> Reply.status(500);
    List<Comparison> comparisons =
        builder()
            .retries(0, Duration.ofMillis(1), Duration.ofMillis(1))
            .concurrency(1)
            .build()
            .compare(Collections.nCopies(9, PAIR));
    assertThat(requests).hasSize(5);
    assertThat(comparisons).hasSize(9).allMatch(j -> j.preference() == Preference.UNDECIDED);
    assertThat(comparisons.get(8).reason()).startsWith("not asked");
  }

  @Test
  void anEndpointWithoutTheOptionsIsAskedWithoutThem() {
    replies =
        request ->
            request.has("response_format") ? Reply.status(400) : Reply.ok("{\"verdict\": \"B\"}");
    ChatEndpointComparer comparer = builder().build();
    assertThat(comparer.compare(PAIR).preference()).isEqualTo(Preference.SECOND);
    assertThat(comparer.compare(PAIR).preference()).isEqualTo(Preference.SECOND);
    assertThat(requests).hasSize(3);
    assertThat(requests.get(1).has("temperature")).isFalse();
  }

  @Test
  void anEndpointThatRefusesIsAnError() {
    replies = request -> new Reply(401, "{\"error\": \"bad key " + KEY + "\"}", Map.of());
    ChatEndpointComparer comparer = builder().build();
    assertThatThrownBy(() -> comparer.compare(PAIR))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("comparer-1 at http://127.0.0.1:")
        .hasMessageContaining("status 401")
        .hasMessageContaining("bad key ***")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(KEY));
    assertThat(requests).hasSize(1);
    assertThat(comparer.toString()).doesNotContain(KEY);
  }

  @Test
  void anEndpointThatIsDownIsAnErrorAtFirstAndUndecidedLater() {
    replies = request -> Reply.ok("{\"verdict\": \"A\"}");
    ChatEndpointComparer comparer = builder().build();
    assertThat(comparer.compare(PAIR).preference()).isEqualTo(Preference.FIRST);
    ChatEndpointComparer never = builder().build();
    server.stop(0);
    assertThat(comparer.compare(PAIR).preference()).isEqualTo(Preference.UNDECIDED);
    assertThatThrownBy(() -> never.compare(PAIR))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("expected an endpoint that answers, found nobody who accepts");
  }

  @Test
  void slowAndOversizedRepliesAreUndecided() {
    replies =
        request -> {
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Reply.ok("");
        };
    Comparison slow =
        builder()
            .timeLimit(Duration.ofMillis(200))
            .retries(1, Duration.ofMillis(1), Duration.ofMillis(1))
            .build()
            .compare(PAIR);
    assertThat(slow).isEqualTo(Comparison.undecided("no reply within 200 ms"));
    assertThat(requests).hasSize(2);

    replies = request -> Reply.ok("x".repeat(5000));
    Comparison oversized = builder().maxBytes(4096).build().compare(PAIR);
    assertThat(oversized).isEqualTo(Comparison.undecided("a response of more than 4096 bytes"));
    assertThat(requests).hasSize(3);
  }

  @Test
  void aComparerThatPrefersAPositionIsCancelledByTheSwap() {
    replies = request -> Reply.ok("{\"verdict\": \"A\", \"reason\": \"it comes first\"}");
    List<TracePair> pairs = Collections.nCopies(6, PAIR);
    assertThat(WinRate.of(builder().build().compare(pairs))).isEqualTo(new WinRate(6, 0, 0, 0));
    List<Comparison> swapped = builder().build().orderSwapped().compare(pairs);
    assertThat(WinRate.of(swapped)).isEqualTo(new WinRate(0, 0, 6, 0));
    assertThat(swapped.get(0).reason()).contains("it comes first");
    replies =
        request ->
            Reply.ok(
                request.path("messages").path(1).path("content").asText().contains("A:\none")
                    ? "{\"verdict\": \"A\"}"
                    : "{\"verdict\": \"B\"}");
    assertThat(WinRate.of(builder().build().orderSwapped().compare(pairs)))
        .isEqualTo(new WinRate(6, 0, 0, 0));
  }

  @Test
  void theEnvironmentConfiguresIt() {
    replies = request -> Reply.ok("{\"verdict\": \"A\"}");
    assertThat(ChatEndpointComparer.fromEnvironment(Map.of())).isEmpty();
    ChatEndpointComparer comparer =
        ChatEndpointComparer.fromEnvironment(
                Map.of(
                    "FLOWDPO_COMPARE_URL", address() + "chat/completions",
                    "FLOWDPO_COMPARE_MODEL", "other",
                    "FLOWDPO_COMPARE_SECONDS", "7.5"))
            .orElseThrow()
            .build();
    assertThat(comparer.compare(PAIR).preference()).isEqualTo(Preference.FIRST);
    assertThat(keys).containsExactly("null");
    assertThat(requests.get(0).path("model").asText()).isEqualTo("other");
    refused(Map.of("FLOWDPO_COMPARE_URL", "http://h"), "FLOWDPO_COMPARE_MODEL");
    refused(
        Map.of("FLOWDPO_COMPARE_URL", "not an address", "FLOWDPO_COMPARE_MODEL", "m"),
        "FLOWDPO_COMPARE_URL: expected an address");
    refused(Map.of("FLOWDPO_COMPARE_URL", "ftp://h", "FLOWDPO_COMPARE_MODEL", "m"), "scheme ftp");
    refused(
        Map.of("FLOWDPO_COMPARE_URL", "http://u:pw@h", "FLOWDPO_COMPARE_MODEL", "m"),
        "without a user");
    for (String seconds : List.of("soon", "0", "-1", "NaN")) {
      refused(
          Map.of(
              "FLOWDPO_COMPARE_URL", "http://h",
              "FLOWDPO_COMPARE_MODEL", "m",
              "FLOWDPO_COMPARE_SECONDS", seconds),
          "FLOWDPO_COMPARE_SECONDS");
    }
    refused(
        Map.of(
            "FLOWDPO_COMPARE_URL", "http://h",
            "FLOWDPO_COMPARE_MODEL", "m",
            "FLOWDPO_COMPARE_API_KEY", "two\nlines"),
        "comparer api key");
  }

  private static void refused(Map<String, String> environment, String message) {
    assertThatThrownBy(() -> ChatEndpointComparer.fromEnvironment(environment))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("pw").doesNotContain("two\n"));
  }
}
