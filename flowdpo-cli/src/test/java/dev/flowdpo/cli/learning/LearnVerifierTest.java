package dev.flowdpo.cli.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.flowdpo.cli.CommandRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code learn} with verdicts of a program or a service. */
@Timeout(180)
class LearnVerifierTest {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @TempDir private Path folder;

  @Test
  void aProgramThatHangsThrowsAndFloodsCostsTheseAnswersAndNotTheRun() throws IOException {
    CommandRun run = learn("--verifier-command", program(2, 4, 6), "--verifier-seconds", 4);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.json().get("problems").asInt()).isEqualTo(3);
    assertThat(run.json().get("verifierFailures").asInt()).isEqualTo(3);
    assertThat(run.err())
        .contains("verifier failed 3")
        .contains("The verifier failed on 3 answers")
        .contains("1 × verifier " + JAVA + ": took longer than PT4S")
        .contains("the program ended without an answer, exit code 1")
        .contains("IllegalStateException: no grades today")
        .contains("wrote a line of more than");
    assertThat(folder.resolve("run/answer/adapter_model.safetensors")).exists();
    // Killed, but a busy machine may not have cleared them away yet.
    for (ProcessHandle program : programs()) {
      assertThat(program.onExit()).succeedsWithin(Duration.ofMinutes(1));
    }
  }

  @Test
  void aRunGoesOnWithTheVerifierItBeganWithOnly() throws IOException {
    CommandRun run = learn("--verifier-command", program(0, 0, 0), "--verifier-seconds", 60);
    CommandRun other = CommandRun.of("learn", "--out", folder.resolve("run"), "--resume");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).doesNotContain("verifier failed");
    assertThat(run.json().get("verifierFailures").asInt()).isZero();
    assertThat(run.json().get("progressiveAccuracy").asDouble()).isPositive();
    other.assertRefused("\"verifier\": expected known answers as now given");
  }

  @Test
  void aServiceIsAskedOnceForAllAnswersOfAGroup() throws IOException {
    List<Integer> batches = new ArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/grade",
        exchange -> {
          JsonNode attempts =
              CommandRun.parse(
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          batches.add(attempts.size());
          AtomicInteger index = new AtomicInteger();
          String verdicts =
              Stream.generate(() -> "{\"reward\":" + index.getAndIncrement() % 2 + "}")
                  .limit(attempts.size())
                  .toList()
                  .toString();
          byte[] body = verdicts.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://localhost:" + server.getAddress().getPort() + "/grade";
      CommandRun run = learn("--verifier-url", url);

      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.json().get("verifierFailures").asInt()).isZero();
      assertThat(batches).hasSize(1).allMatch(size -> size > 3);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aServiceThatIsNotThereTeachesNothing() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    CommandRun run = learn("--verifier-url", "http://localhost:" + port + "/");

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode result = run.json();
    assertThat(result.get("verifierFailures").asInt()).isGreaterThan(3);
    assertThat(result.get("pairsAnswer").asInt() + result.get("pairsStop").asInt()).isZero();
    assertThat(run.err()).contains("verifier http://localhost:" + port + "/: cannot be reached");
  }

  private CommandRun learn(Object... more) {
    List<Object> arguments =
        new ArrayList<>(List.of("learn", "--problems", 3, "--held-out", 1, "--json"));
    arguments.addAll(List.of("--out", folder.resolve("run")));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray());
  }

  private static String program(int hangs, int throwsAt, int floods) {
    String classes =
        GradingProgram.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    return "\"%s\" -Xmx64m -XX:TieredStopAtLevel=1 -cp '%s' %s %d %d %d"
        .formatted(JAVA, classes, GradingProgram.class.getName(), hangs, throwsAt, floods);
  }

  private static List<ProcessHandle> programs() {
    return ProcessHandle.current()
        .descendants()
        .filter(ProcessHandle::isAlive)
        .filter(p -> p.info().commandLine().orElse("").contains("GradingProgram"))
        .toList();
  }
}
