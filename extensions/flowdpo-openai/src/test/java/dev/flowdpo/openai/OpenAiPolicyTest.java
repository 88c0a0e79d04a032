package dev.flowdpo.openai;

import static dev.flowdpo.openai.FakeEndpoint.completion;
import static dev.flowdpo.openai.FakeEndpoint.json;
import static dev.flowdpo.openai.FakeEndpoint.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent, and what is made of the replies. */
@Timeout(60)
class OpenAiPolicyTest {
  private static final Problem PROBLEM = Problem.of("How many?");
  private static final SamplingOptions SAMPLING =
      SamplingOptions.builder().temperature(0.5).topP(0.75).topK(40).build();

  @Test
  void sendsPromptAndPartialAnswerToCompletions() throws JsonProcessingException {
    try (FakeEndpoint server =
        new FakeEndpoint(
            json(
                200,
                """
                {"choices": [{"text": " five", "finish_reason": "length",
                              "logprobs": {"tokens": [" fi", "ve"], "token_logprobs": [-0.5, -0.25]}}],
                 "usage": {"completion_tokens": 2}}
                """))) {
      OpenAiPolicy policy =
          OpenAiPolicy.builder(
                  server.baseUrl(),
                  "m",
                  Continuation.completions(p -> "Q: " + p.question() + " A:"))
              .apiKey("the-key")
              .header("X-Team", "blue")
              .logProbabilities(true)
              .stop("Q:", "\n\n")
              .field("repetition_penalty", 1.5)
              .build();

      Chunk chunk = policy.extend(List.of(request(answer(" It is", false), 8))).get(0);

      assertThat(chunk)
          .isEqualTo(Chunk.of(TokenIds.of(), " five", LogProbabilities.ofSum(-0.75), false));
      assertThat(server.paths()).containsExactly("/v1/completions");
      assertThat(server.headers().get(0).getFirst("Authorization")).isEqualTo("Bearer the-key");
      assertThat(server.headers().get(0).getFirst("X-Team")).isEqualTo("blue");
      assertThat(server.headers().get(0).getFirst("Content-Type")).isEqualTo("application/json");
      assertThat(server.requests().get(0))
          .isEqualTo(
              tree(
                  """
                  {"model": "m", "prompt": "Q: How many? A: It is", "max_tokens": 8,
                   "temperature": 0.5, "top_p": 0.75, "top_k": 40, "seed": 7,
                   "stop": ["Q:", "\\n\\n"], "logprobs": 0, "stream": false,
                   "repetition_penalty": 1.5}
                  """));
    }
  }

  @Test
  void continuesTheLastMessageWhereSomethingIsWritten() throws JsonProcessingException {
    try (FakeEndpoint server = new FakeEndpoint(message(" five", "stop"))) {
      OpenAiPolicy policy =
          OpenAiPolicy.builder(server.baseUrl(), "m", Continuation.vllm()).minTokens(true).build();
      Problem problem =
          Problem.builder(List.of(Message.system("Be brief."), Message.user("How many?"))).build();
      PartialAnswer root = PartialAnswer.start(problem);

      List<Chunk> chunks = policy.extend(List.of(request(root, 8)));
      policy.extend(List.of(request(root.append(Chunk.ofText(" It is", true)), 8)));

      assertThat(chunks).containsExactly(Chunk.ofText(" five", true));
      assertThat(server.paths()).containsOnly("/v1/chat/completions");
      assertThat(server.headers().get(0).getFirst("Authorization")).isNull();
      String messages =
          "{\"role\": \"system\", \"content\": \"Be brief.\"},"
              + " {\"role\": \"user\", \"content\": \"How many?\"}";
      String sampling =
          "\"max_tokens\": 8, \"temperature\": 0.5, \"top_p\": 0.75, \"top_k\": 40, \"seed\": 7,"
              + " \"stream\": false}";
      assertThat(server.requests())
          .containsExactly(
              tree("{\"model\": \"m\", \"messages\": [" + messages + "], " + sampling),
              tree(
                  "{\"model\": \"m\", \"messages\": ["
                      + messages
                      + ", {\"role\": \"assistant\", \"content\": \" It is\"}],"
                      + " \"continue_final_message\": true, \"add_generation_prompt\": false,"
                      + " \"min_tokens\": 1, "
                      + sampling));
    }
  }

  @Test
  void marksTheLastMessageWhereTheEndpointWantsIt() throws JsonProcessingException {
    try (FakeEndpoint server = new FakeEndpoint(message("x", "stop"))) {
      OpenAiPolicy policy =
          OpenAiPolicy.builder(server.baseUrl(), "m", Continuation.prefixMessage())
              .maxTokensField("max_completion_tokens")
              .build();
      policy.extend(List.of(request(answer("It is", false), 8)));
      assertThat(server.requests().get(0).get("messages").get(1))
          .isEqualTo(tree("{\"role\": \"assistant\", \"content\": \"It is\", \"prefix\": true}"));
      assertThat(server.requests().get(0).get("max_completion_tokens").intValue()).isEqualTo(8);
      assertThat(server.requests().get(0).has("max_tokens")).isFalse();
      assertThat(server.requests().get(0).has("min_tokens")).isFalse();
    }
  }

  @Test
  void seedsFitIntoThirtyOneBitsAndDiffer() {
    try (FakeEndpoint server = new FakeEndpoint(completion("x", "stop"))) {
      OpenAiPolicy policy =
          OpenAiPolicy.builder(server.baseUrl(), "m", Continuation.completions()).build();
      for (long seed : new long[] {0, 1, -1, Long.MIN_VALUE, 1L << 40}) {
        policy.extend(List.of(new ChunkRequest(answer("", false), 1, SAMPLING, seed)));
      }
      assertThat(server.requests())
          .extracting(sent -> sent.get("seed").longValue())
          .allSatisfy(seed -> assertThat(seed).isBetween(0L, (long) Integer.MAX_VALUE))
          .contains(0L, 1L);
    }
  }

  @Test
  void logProbabilitiesThatAreNotAllGivenAreNotKnown() {
    String choice = "{\"choices\": [{\"finish_reason\": \"stop\", \"text\": \"x\"%s}]}";
    for (String logProbabilities :
        List.of(
            "",
            ", \"logprobs\": null",
            ", \"logprobs\": {\"token_logprobs\": []}",
            ", \"logprobs\": {\"token_logprobs\": [null, -1]}")) {
      try (FakeEndpoint server = new FakeEndpoint(json(200, choice.formatted(logProbabilities)))) {
        OpenAiPolicy policy =
            OpenAiPolicy.builder(server.baseUrl(), "m", Continuation.completions())
                .logProbabilities(true)
                .build();
        assertThat(policy.extend(List.of(request(answer("", false), 1))))
            .containsExactly(Chunk.ofText("x", true));
      }
    }
  }

  @Test
  void anEndpointThatCannotContinueIsRefusedWithThatReason() {
    String said = "{\"error\": {\"message\": \"Unrecognized argument: continue_final_message\"}}";
    try (FakeEndpoint server = new FakeEndpoint(json(400, said))) {
      OpenAiPolicy policy =
          OpenAiPolicy.builder(server.baseUrl(), "m", Continuation.vllm()).build();
      assertThatThrownBy(() -> policy.extend(List.of(request(answer("It is", false), 8))))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("Unrecognized argument: continue_final_message")
          .hasMessageContaining("cannot go on with the assistant's last message")
          .hasMessageContaining("Continuation.wholeAnswer() with maxChunks(1)");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void wholeAnswersAreSolutionsOfOneChunk() {
    try (FakeEndpoint server = new FakeEndpoint(message("So #### 5", "stop"))) {
      OpenAiPolicy policy =
          OpenAiPolicy.builder(server.baseUrl(), "m", Continuation.wholeAnswer()).build();
      try (Flow flow =
          Flow.builder()
              .policy(policy)
              .judge(StopRules.endOfText())
              .maxChunks(1)
              .chunkSize(512)
              .build()) {
        assertThat(flow.solve("How many?").finalAnswer()).contains("5");
      }
      assertThatThrownBy(() -> policy.extend(List.of(request(answer("It is", false), 8))))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("expected to write whole answers, found one of 1 chunks to go on")
          .hasMessageContaining("maxChunks(1)");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void userInfoIsBasicAuthorisationWhereThereIsNoKey() {
    try (FakeEndpoint server = new FakeEndpoint(completion("x", "stop"))) {
      URI address = URI.create("http://me:pa%20ss@" + server.host() + "/v1/");
      OpenAiPolicyBuilder builder = OpenAiPolicy.builder(address, "m", Continuation.completions());
      builder.build().extend(List.of(request(answer("", false), 1)));
      builder.apiKey("k").build().extend(List.of(request(answer("", false), 1)));
      assertThat(server.paths()).containsOnly("/v1/completions");
      assertThat(server.headers())
          .extracting(headers -> headers.getFirst("Authorization"))
          .containsExactly("Basic bWU6cGEgc3M=", "Bearer k");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost:8000/v1", "ftp://host/v1", "http:///v1", "http://h/v1?key=secret-1"})
  void anAddressThatWillNotDoIsRefusedAndNotShownWhole(String address) {
    assertThatThrownBy(
            () -> OpenAiPolicy.builder(URI.create(address), "m", Continuation.completions()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("baseUrl: expected an http or https address")
        .hasMessageNotContaining("secret-1");
  }

  @Test
  void badSettingsAreRefusedAtOnce() {
    assertRefused(b -> b.apiKey(" "), "apiKey");
    assertRefused(b -> b.apiKey("secret-1\nX: y"), "apiKey");
    assertRefused(b -> b.header("Host", "secret-1"), "header Host");
    assertRefused(b -> b.header("X-Key", "secret-1\r\n"), "header X-Key");
    assertRefused(b -> b.stop(""), "stop");
    assertRefused(b -> b.field("stream", true), "field");
    assertRefused(b -> b.maxTokensField("model"), "maxTokensField");
    assertRefused(b -> b.timeLimit(Duration.ZERO), "timeLimit");
    assertRefused(b -> b.connectTimeLimit(Duration.ofSeconds(-1)), "connectTimeLimit");
    assertRefused(b -> b.retries(-1), "retries");
    assertRefused(b -> b.retries(21), "retries");
    assertRefused(b -> b.firstPause(Duration.ZERO), "firstPause");
    assertRefused(b -> b.maxConcurrent(0), "maxConcurrent");
    assertRefused(b -> b.maxBytes(0), "maxBytes");
    assertThatThrownBy(() -> Continuation.lastMessage(Map.of("seed", 1), Map.of()))
        .hasMessageContaining("requestFields");
    assertThatThrownBy(() -> Continuation.lastMessage(Map.of(), Map.of("content", "x")))
        .hasMessageContaining("messageFields");
    assertThatThrownBy(() -> OpenAiPolicy.builder(URI.create("http://h"), " ", Continuation.vllm()))
        .hasMessageContaining("model: expected a name");
  }

  private static void assertRefused(Consumer<OpenAiPolicyBuilder> setting, String name) {
    OpenAiPolicyBuilder builder =
        OpenAiPolicy.builder(URI.create("http://h/v1"), "m", Continuation.vllm());
    assertThatThrownBy(() -> setting.accept(builder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(name + ": expected")
        .hasMessageNotContaining("secret-1")
        .hasNoCause();
  }

  private static PartialAnswer answer(String text, boolean ended) {
    PartialAnswer root = PartialAnswer.start(PROBLEM);
    return text.isEmpty() ? root : root.append(Chunk.ofText(text, ended));
  }

  private static ChunkRequest request(PartialAnswer prefix, int maxTokens) {
    return new ChunkRequest(prefix, maxTokens, SAMPLING, 7);
  }

  private static JsonNode tree(String json) throws JsonProcessingException {
    return FakeEndpoint.MAPPER.readTree(json);
  }
}
