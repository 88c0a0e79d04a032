package dev.flowdpo.openai;

import static dev.flowdpo.openai.FakeEndpoint.completion;
import static dev.flowdpo.openai.FakeEndpoint.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.value.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints that fail, that are overloaded, that hang, and that talk nonsense. */
@Timeout(60)
class FailuresTest {
  private static final Chunk FIVE = Chunk.ofText("five", true);

  @Test
  void asksAgainWhereTheEndpointCannotAnswerNow() {
    try (FakeEndpoint server =
        new FakeEndpoint(json(503, ""), json(500, "<html>"), completion("five", "stop"))) {
      assertThat(extend(policy(server))).containsExactly(FIVE);
      assertThat(server.requests()).hasSize(3);
      assertThat(server.requests().get(2)).isEqualTo(server.requests().get(0));
    }
  }

  @Test
  void givesUpAfterTheLastRetry() {
    try (FakeEndpoint server = new FakeEndpoint(json(500, "{\"error\": \"out of memory\"}"))) {
      assertThatThrownBy(() -> extend(policy(server)))
          .isInstanceOf(FlowException.class)
          .hasMessage(
              "The model m at http://%s/v1/completions answered with status 500:"
                      .formatted(server.host())
                  + " \"out of memory\", also when asked again.");
      assertThat(server.requests()).hasSize(3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "retry-after-ms, 1",
    "Retry-After, 0",
    "Retry-After, 0.001",
    "Retry-After, 'Sun, 06 Nov 1994 08:49:37 GMT'"
  })
  void theWaitThatTheEndpointAsksForGoesBeforeItsOwn(String header, String value) {
    try (FakeEndpoint server =
        new FakeEndpoint(json(429, "", header, value), completion("five", "stop"))) {
      // Its own pause would be beyond the time limit.
      assertThat(extend(policy(server).firstPause(Duration.ofHours(1)))).containsExactly(FIVE);
    }
  }

  @Test
  void aWaitBeyondTheTimeLimitIsNotBegun() {
    try (FakeEndpoint server = new FakeEndpoint(json(429, "", "Retry-After", "3600"))) {
      assertThatThrownBy(() -> extend(policy(server)))
          .hasMessageContaining("status 429")
          .hasMessageContaining("a wait of PT1H is beyond the time limit");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | no such field",
        "401 | check the key",
        "403 | check the key",
        "404 | check the address and the name of the model",
        "302 | redirects are not followed",
      })
  void whatWillNotPassIsNotAskedAgain(int status, String expected) {
    try (FakeEndpoint server =
        new FakeEndpoint(
            json(status, "{\"message\": \"no such field\"}", "Location", "http://elsewhere/"))) {
      assertThatThrownBy(() -> extend(policy(server)))
          .isInstanceOf(FlowException.class)
          .isNotInstanceOf(InvalidInputException.class)
          .hasMessageContaining("status " + status)
          .hasMessageContaining(expected);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\": {\"message\": \"Too long.\", \"code\": \"context_length_exceeded\"}}",
        "{\"object\": \"error\", \"message\": \"This model's maximum context length is 64 tokens.\"}"
      })
  void aProblemThatIsTooLongIsTheCallersInput(String body) {
    try (FakeEndpoint server = new FakeEndpoint(json(400, body))) {
      assertThatThrownBy(() -> extend(policy(server)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("too long for the model");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<html>busy</html> | expected a JSON object with choices",
        "`` | expected a JSON object with choices",
        "[1, 2] | expected a JSON object with choices",
        "{\"choices\": []} | expected a JSON object with choices",
        "{\"choices\": [{\"message\": {\"content\": \"x\"}}]} | expected a JSON object with choices",
        "{\"choices\": [{\"text\": \"x\", \"finish_reason\": \"content_filter\"}]} | \"content_filter\"",
        "{\"error\": {\"message\": \"no model\"}} | failed: \"no model\"",
      })
  void nonsenseIsNamed(String body, String expected) {
    try (FakeEndpoint server = new FakeEndpoint(json(200, body))) {
      assertThatThrownBy(() -> extend(policy(server)))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining(expected);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aReplyThatIsTooLongIsGivenUp() {
    try (FakeEndpoint server = new FakeEndpoint(completion("x".repeat(5_000), "stop"))) {
      assertThatThrownBy(() -> extend(policy(server).maxBytes(4_000)))
          .hasMessageContaining("a reply of more than 4000 bytes");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aServerThatHangsMeetsTheTimeLimit() {
    List<FakeEndpoint> servers = new ArrayList<>();
    FakeEndpoint.Reply silent =
        (exchange, request) -> servers.get(0).hanging().to(exchange, request);
    FakeEndpoint.Reply halfway =
        (exchange, request) -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write("{\"cho".getBytes(StandardCharsets.UTF_8));
          exchange.getResponseBody().flush();
          silent.to(exchange, request);
        };
    for (FakeEndpoint.Reply reply : List.of(silent, halfway)) {
      try (FakeEndpoint server = new FakeEndpoint(reply)) {
        servers.add(0, server);
        assertThatThrownBy(() -> extend(policy(server).timeLimit(Duration.ofMillis(300))))
            .isInstanceOf(FlowException.class)
            .hasMessageContaining("took longer than the time limit of PT0.3S");
      }
    }
  }

  @Test
  void aConnectionThatIsResetIsTriedAgain() throws IOException {
    AtomicInteger connections = new AtomicInteger();
    try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> server =
          CompletableFuture.runAsync(
              () -> {
                while (!socket.isClosed()) {
                  try (Socket connection = socket.accept()) {
                    connections.incrementAndGet();
                    connection.getInputStream().read();
                    connection.setSoLinger(true, 0);
                  } catch (IOException e) {
                    return;
                  }
                }
              });
      URI address = URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/v1");
      OpenAiPolicyBuilder policy =
          OpenAiPolicy.builder(address, "m", Continuation.completions())
              .firstPause(Duration.ofMillis(1));
      assertThatThrownBy(() -> extend(policy))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("cannot be reached or broke off")
          .hasMessageContaining("also when asked again");
      assertThat(connections.get()).isGreaterThanOrEqualTo(3);
      socket.close();
      server.join();

      assertThatThrownBy(() -> extend(policy))
          .hasMessageContaining("cannot be reached or broke off, ConnectException")
          .hasMessageContaining(address.getAuthority());
    }
  }

  @Test
  void oneRowThatFailsEndsTheOthers() {
    List<FakeEndpoint> servers = new ArrayList<>();
    try (FakeEndpoint server =
        new FakeEndpoint(
            (exchange, request) ->
                (request.get("seed").intValue() == 3
                        ? json(400, "{\"message\": \"three\"}")
                        : servers.get(0).hanging())
                    .to(exchange, request))) {
      servers.add(server);
      assertThatThrownBy(() -> policy(server).build().extend(requests(4)))
          .hasMessageContaining("three");
    }
  }

  @Test
  void requestsOfAllCallersTogetherKeepToTheBound() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CyclicBarrier three = new CyclicBarrier(3);
    try (FakeEndpoint server =
        new FakeEndpoint(
            (exchange, request) -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              // Only three at once get further, so that the bound is reached, too.
              three.await();
              running.decrementAndGet();
              completion("five", "stop").to(exchange, request);
            })) {
      OpenAiPolicy policy = policy(server).maxConcurrent(3).build();
      CompletableFuture<List<Chunk>> other =
          CompletableFuture.supplyAsync(() -> policy.extend(requests(6)));
      assertThat(policy.extend(requests(6))).isEqualTo(Collections.nCopies(6, FIVE));
      assertThat(other.get()).isEqualTo(Collections.nCopies(6, FIVE));
      assertThat(most.get()).isEqualTo(3);
    }
  }

  /** The server repeats what it was sent, in every way in which it can fail. */
  @ParameterizedTest
  @ValueSource(ints = {200, 302, 400, 401, 404, 422, 429, 500, -1, -2, -3})
  void noSecretStandsInAnyMessageOrLog(int status) {
    List<String> secrets =
        List.of("sk-key-secret", "header-secret", "url-secret", "url%2Dsecret", "dXNlcjp1cmw");
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try (FakeEndpoint server =
        new FakeEndpoint(
            (exchange, request) -> {
              String echo =
                  exchange.getRequestHeaders().getFirst("Authorization")
                      + exchange.getRequestHeaders().getFirst("X-Key")
                      + " url-secret url%2Dsecret header-secret";
              switch (status) {
                case -1 ->
                    FakeEndpoint.send(exchange, 200, "text/event-stream", "data: " + echo + "\n\n");
                case -2 ->
                    json(200, "{\"error\": {\"message\": \"" + echo + "\"}}").to(exchange, request);
                case -3 -> completion("x", echo).to(exchange, request);
                default -> json(status, echo).to(exchange, request);
              }
            })) {
      URI address = URI.create("http://user:url%2Dsecret@" + server.host() + "/v1");
      OpenAiPolicyBuilder builder =
          OpenAiPolicy.builder(address, "m", Continuation.completions())
              .firstPause(Duration.ofMillis(1))
              .header("X-Key", "header-secret");
      for (OpenAiPolicy policy :
          List.of(builder.build(), builder.apiKey("sk-key-secret").build())) {
        Throwable failure = catchThrowable(() -> policy.extend(requests(1)));
        assertThat(failure).isInstanceOf(FlowException.class).hasMessageContaining("***");
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        String shown = trace + policy.toString() + builder + log.toString(StandardCharsets.UTF_8);
        assertThat(shown).contains("model m at http://" + server.host());
        secrets.forEach(secret -> assertThat(shown).doesNotContain(secret));
      }
      if (status == 500) {
        assertThat(log.toString(StandardCharsets.UTF_8)).contains("asking again");
      }
    } finally {
      System.setErr(before);
    }
  }

  private static List<Chunk> extend(OpenAiPolicyBuilder policy) {
    return policy.build().extend(requests(1));
  }

  private static OpenAiPolicyBuilder policy(FakeEndpoint server) {
    return OpenAiPolicy.builder(server.baseUrl(), "m", Continuation.completions())
        .firstPause(Duration.ofMillis(1));
  }

  private static List<ChunkRequest> requests(int rows) {
    List<ChunkRequest> requests = new ArrayList<>();
    PartialAnswer root = PartialAnswer.start(Problem.of("How many?"));
    for (int row = 0; row < rows; row++) {
      requests.add(new ChunkRequest(root, 8, SamplingOptions.of(1), row));
    }
    return requests;
  }
}
