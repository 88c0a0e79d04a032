package dev.flowdpo.verify.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a real server on this machine. */
@Timeout(60)
class HttpVerifierTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Problem PROBLEM =
      Problem.builder("How many?").id("p1").answer("2").attributes(Map.of("level", "easy")).build();

  private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;

  /** What the server does with its n-th request, counted from 0. */
  private interface Reply {
    void to(HttpExchange exchange, int n, JsonNode request) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void sendsBatchesAndReadsVerdictsInTheirOrder() {
    HttpVerifier verifier =
        answering((exchange, n, request) -> send(exchange, 200, rewards(request)))
            .header("Authorization", "Bearer 7")
            .batchSize(2)
            .build();

    List<Verdict> verdicts = verifier.verifyAll(attempts("0.25", "1", "0.5"));

    assertThat(verdicts).extracting(v -> v.reward().orElseThrow()).containsExactly(0.25, 1.0, 0.5);
    assertThat(verdicts).extracting(v -> v.reason().orElse("")).containsOnly("as asked");
    assertThat(requests).extracting(JsonNode::size).containsExactly(2, 1);
    assertThat(requests.get(0).get(0))
        .hasToString(
            "{\"id\":\"p1\",\"question\":\"How many?\",\"answer\":\"2\","
                + "\"attributes\":{\"level\":\"easy\"},\"solution\":\"0.25\"}");
    assertThat(tokens).containsOnly("Bearer 7");
    assertThat(verifier.verify(PROBLEM, "0.75").reward().orElseThrow()).isEqualTo(0.75);
    assertThat(verifier.verifyAll(List.of())).isEmpty();
    assertThat(verifier.failures()).isZero();
  }

  @Test
  void oneVerdictThatCannotBeReadCostsItsOwnAnswer() {
    HttpVerifier verifier =
        answering(
                (exchange, n, request) ->
                    send(
                        exchange,
                        200,
                        "[{\"reward\":2},{\"correct\":true},{\"reward\":null,\"reason\":\"hm\"},7]"))
            .build();

    List<Verdict> verdicts = verifier.verifyAll(attempts("a", "b", "c", "d"));

    assertThat(verdicts).extracting(Verdict::known).containsExactly(false, true, false, false);
    assertThat(verdicts).extracting(Verdict::failure).containsExactly(true, false, false, true);
    assertThat(verdicts.get(0).reason().orElse("")).contains("reward: expected", "\"2\"");
    assertThat(verdicts.get(2).reason().orElse("")).isEqualTo("hm");
    assertThat(verifier.failures()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "200 | <html>busy</html> | expected a JSON value",
        "200 | `` | expected a JSON value",
        "200 | [] | expected an array of 2 verdicts",
        "200 | [{\"reward\":1}] | expected an array of 2 verdicts",
        "200 | {\"reward\":1} | expected an array of 2 verdicts",
        "500 | oops | expected status 200, found 500",
        "404 | oops | expected status 200, found 404",
        "201 | [{\"reward\":1},{\"reward\":1}] | expected status 200, found 201",
      })
  void anythingElseFailsTheBatchAndIsNotAskedAgain(int status, String body, String message) {
    HttpVerifier verifier =
        answering((exchange, n, request) -> send(exchange, status, body)).build();

    List<Verdict> verdicts = verifier.verifyAll(attempts("a", "b"));

    assertThat(verdicts).extracting(Verdict::failure).containsExactly(true, true);
    assertThat(verdicts.get(0).reason().orElse(""))
        .startsWith("verifier http://")
        .contains(message);
    assertThat(verifier.failures()).isEqualTo(2);
    assertThat(requests).hasSize(1);
  }

  @Test
  void asksABusyServiceAgain() {
    HttpVerifier verifier =
        answering(
                (exchange, n, request) ->
                    send(exchange, n < 2 ? 503 - n : 200, n < 2 ? "" : rewards(request)))
            .build();

    assertThat(verifier.verify(PROBLEM, "1").isCorrect()).isTrue();
    assertThat(requests).hasSize(3);
    assertThat(verifier.failures()).isZero();
  }

  @Test
  void givesABusyServiceUpAfterTheRetries() {
    HttpVerifier verifier =
        answering((exchange, n, request) -> send(exchange, 429, "later")).retries(1).build();

    assertThat(verifier.verify(PROBLEM, "1").reason().orElse(""))
        .endsWith("answered with status 429, also when asked again");
    assertThat(requests).hasSize(2);
  }

  @Test
  void retriesEndWithTheTimeLimit() {
    HttpVerifier verifier =
        answering((exchange, n, request) -> send(exchange, 503, ""))
            .retries(20)
            .timeLimit(Duration.ofMillis(1_500))
            .build();

    assertThat(verifier.verify(PROBLEM, "1").failure()).isTrue();
    assertThat(requests).hasSizeLessThan(5);
  }

  @Test
  void aRedirectIsNotFollowed() {
    HttpVerifier verifier =
        answering(
                (exchange, n, request) -> {
                  exchange.getResponseHeaders().add("Location", "/verify");
                  send(exchange, 307, "");
                })
            .build();

    assertThat(verifier.verify(PROBLEM, "1").reason().orElse(""))
        .contains("found 307", "final address");
    assertThat(requests).hasSize(1);
  }

  @Test
  void aSlowServiceIsGivenUpBeforeAndAmidItsAnswer() {
    HttpVerifier silent =
        answering((exchange, n, request) -> await()).timeLimit(Duration.ofMillis(300)).build();
    assertThat(silent.verify(PROBLEM, "1").reason().orElse("")).endsWith("took longer than PT0.3S");

    server.removeContext("/verify");
    HttpVerifier stuck =
        answering(
                (exchange, n, request) -> {
                  exchange.sendResponseHeaders(200, 0);
                  exchange.getResponseBody().write('[');
                  exchange.getResponseBody().flush();
                  await();
                })
            .timeLimit(Duration.ofMillis(300))
            .build();
    assertThat(stuck.verify(PROBLEM, "1").reason().orElse("")).endsWith("took longer than PT0.3S");
    assertThat(stuck.failures()).isEqualTo(1);
  }

  @Test
  void anEndlessAnswerIsGivenUp() {
    HttpVerifier verifier =
        answering(
                (exchange, n, request) -> {
                  exchange.sendResponseHeaders(200, 0);
                  try (OutputStream body = exchange.getResponseBody()) {
                    while (end.getCount() > 0) {
                      body.write(new byte[10_000]);
                    }
                  }
                })
            .maxBytes(100_000)
            .build();

    assertThat(verifier.verify(PROBLEM, "1").reason().orElse(""))
        .contains("more than 100000 bytes");
  }

  @Test
  void aConnectionThatBreaksOrIsRefusedFails() throws IOException {
    HttpVerifier breaking = answering((exchange, n, request) -> exchange.close()).build();
    Verdict broken = breaking.verify(PROBLEM, "1");
    assertThat(broken.failure()).isTrue();

    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    HttpVerifier refused = HttpVerifier.of(URI.create("http://localhost:" + port + "/")).build();
    assertThat(refused.verify(PROBLEM, "1").reason().orElse(""))
        .contains("cannot be reached", "also when asked again");
  }

  @Test
  void manyThreadsAskAtTheSameTime() {
    HttpVerifier verifier =
        answering((exchange, n, request) -> send(exchange, 200, rewards(request))).build();
    List<CompletableFuture<Verdict>> verdicts =
        IntStream.range(0, 64)
            .mapToObj(
                i -> CompletableFuture.supplyAsync(() -> verifier.verify(PROBLEM, i / 64.0 + "")))
            .toList();
    for (int i = 0; i < 64; i++) {
      assertThat(verdicts.get(i).join().reward().orElseThrow()).isEqualTo(i / 64.0);
    }
  }

  @Test
  void anInterruptedCallerStops() {
    HttpVerifier verifier = answering((exchange, n, request) -> await()).build();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> verifier.verify(PROBLEM, "1")).isInstanceOf(FlowException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void refusesBadSettings() {
    for (String uri : List.of("ftp://host/", "http:///path", "file.json")) {
      assertThatThrownBy(() -> HttpVerifier.of(URI.create(uri)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(uri);
    }
    HttpVerifierBuilder builder = HttpVerifier.of(URI.create("HTTP://localhost/"));
    assertThatThrownBy(() -> builder.timeLimit(Duration.ZERO)).hasMessageContaining("timeLimit");
    assertThatThrownBy(() -> builder.maxBytes(0)).hasMessageContaining("maxBytes");
    assertThatThrownBy(() -> builder.batchSize(0)).hasMessageContaining("batchSize");
    assertThatThrownBy(() -> builder.retries(-1)).hasMessageContaining("retries");
    assertThatThrownBy(() -> builder.header("Host", "secret"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Host")
        .hasMessageNotContaining("secret");
  }

  @Test
  void nothingSecretIsTold() {
    String token = "s3cret";
    int port = server.getAddress().getPort();
    HttpVerifier verifier =
        HttpVerifier.of(URI.create("http://localhost:" + port + "/none?token=" + token)).build();
    Verdict verdict = verifier.verify(PROBLEM, "1");
    assertThat(verdict.failure()).isTrue();
    assertThat(verdict.reason().orElse(""))
        .contains("http://localhost:" + port + "/none:")
        .doesNotContain(token);

    for (String uri : List.of("http://ann:s3cret@host/", "ftp://ann:s3cret@host/?s3cret#s3cret")) {
      assertThatThrownBy(() -> HttpVerifier.of(URI.create(uri)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("//host/")
          .hasMessageNotContaining(token)
          .hasNoCause();
    }
    HttpVerifierBuilder builder = HttpVerifier.of(URI.create("http://localhost/"));
    assertThatThrownBy(() -> builder.header("Authorization", "s3cret\n"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageNotContaining(token)
        .hasNoCause();
  }

  private HttpVerifierBuilder answering(Reply reply) {
    server.createContext(
        "/verify",
        exchange -> {
          JsonNode request = MAPPER.readTree(exchange.getRequestBody().readAllBytes());
          int n;
          synchronized (requests) {
            n = requests.size();
            requests.add(request);
          }
          tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          reply.to(exchange, n, request);
        });
    int port = server.getAddress().getPort();
    return HttpVerifier.of(URI.create("http://localhost:" + port + "/verify"));
  }

  /** Returns the rewards that the solutions ask for. */
  private static String rewards(JsonNode attempts) {
    StringBuilder verdicts = new StringBuilder();
    for (JsonNode attempt : attempts) {
      verdicts
          .append(verdicts.isEmpty() ? "[" : ",")
          .append("{\"reason\":\"as asked\",\"reward\":");
      verdicts.append(attempt.get("solution").asText()).append("}");
    }
    return verdicts + "]";
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private void await() throws IOException {
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static List<Attempt> attempts(String... solutions) {
    return Arrays.stream(solutions).map(s -> Attempt.of(PROBLEM, s)).toList();
  }
}
