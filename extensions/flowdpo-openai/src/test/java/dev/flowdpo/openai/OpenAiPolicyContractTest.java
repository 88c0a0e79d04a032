package dev.flowdpo.openai;

import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.testing.contract.FlowPolicyContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/**
 * A remote model that keeps to its seed keeps the contract of policies, as far as text shows it.
 */
class OpenAiPolicyContractTest {
  private static FakeEndpoint server;

  @BeforeAll
  static void start() {
    server = new FakeEndpoint(FakeEndpoint.letters());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Nested
  class Completions extends FlowPolicyContract {
    @Override
    protected FlowPolicy policy() {
      return OpenAiPolicy.builder(server.baseUrl(), "letters", Continuation.completions())
          .minTokens(true)
          .logProbabilities(true)
          .build();
    }
  }

  @Nested
  class LastMessage extends FlowPolicyContract {
    private final FlowPolicy policy =
        OpenAiPolicy.builder(server.baseUrl(), "letters", Continuation.vllm())
            .minTokens(true)
            .build();

    @Override
    protected FlowPolicy policy() {
      return policy;
    }
  }
}
