package dev.flowdpo.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.testing.contract.FlowPolicyContract;
import dev.flowdpo.value.Problem;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A model behind HTTP keeps the contract of policies, and answers questions. */
class RemotePolicyTest extends FlowPolicyContract {
  private static TextServer server;

  @BeforeAll
  static void start() {
    server = new TextServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  protected FlowPolicy policy() {
    return new RemotePolicy(server.address());
  }

  @Test
  void solvesToTheEndOfTheRemoteText() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      RemotePolicy.main(new String[] {server.address().toString(), "Why?"});
    } finally {
      System.setOut(out);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8).strip()).hasSize(20);
  }

  @Test
  void aServerThatFailsIsNamed() {
    PartialAnswer teapot = PartialAnswer.start(Problem.of("Are you a teapot?"));
    assertThatThrownBy(
            () ->
                policy().extend(List.of(new ChunkRequest(teapot, 8, SamplingOptions.greedy(), 0))))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining(server.address().toString());
  }
}
