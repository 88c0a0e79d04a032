package dev.flowdpo.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.Message;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.TestStreamingChatResponseHandler;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowChatModelTest {
  private final ScriptedPolicy policy =
      new ScriptedPolicy(request -> Chunks.of("x".repeat(request.maxTokens())));
  private final Flow flow =
      Flow.builder()
          .policy(policy)
          .judge(StopRules.afterChunks(9))
          .chunkSize(10)
          .maxChunks(6)
          .build();

  @AfterEach
  void close() {
    flow.close();
  }

  private ChunkRequest asked() {
    return policy.batches().get(policy.batches().size() - 1).get(0);
  }

  @Test
  void aConversationIsTheProblem() {
    FlowChatModel.builder()
        .flow(flow)
        .build()
        .chat(
            SystemMessage.from("Be brief."),
            UserMessage.from("6 times 7?"),
            AiMessage.from("42"),
            UserMessage.from("And 8?"));
    assertThat(asked().prefix().problem().messages())
        .containsExactly(
            Message.system("Be brief."),
            Message.user("6 times 7?"),
            Message.assistant("42"),
            Message.user("And 8?"));
  }

  @Test
  void parametersOfTheRequestGoBeforeThoseOfTheModelAndThoseBeforeTheFlows() {
    FlowChatModel model = FlowChatModel.builder().flow(flow).temperature(0.3).topK(5).build();
    model.chat(
        ChatRequest.builder()
            .messages(UserMessage.from("Hi"))
            .parameters(ChatRequestParameters.builder().topK(7).build())
            .build());
    assertThat(asked().sampling().temperature()).isEqualTo(0.3);
    assertThat(asked().sampling().topK()).isEqualTo(7);
    assertThat(asked().sampling().topP()).isEqualTo(flow.options().sampling().topP());
  }

  @Test
  void aLimitOfTokensIsSharedOutOverAsFewChunksAsHoldIt() {
    assertThat(written(7)).isEqualTo(7);
    assertThat(policy.batches()).hasSize(1);
    assertThat(written(25)).isEqualTo(24); // 3 chunks of 8
    assertThat(policy.batches()).hasSize(1 + 3);
    assertThat(written(1000)).isEqualTo(60);
  }

  private int written(int limit) {
    ChatResponse reply =
        FlowChatModel.builder()
            .flow(flow)
            .maxOutputTokens(limit)
            .build()
            .chat(UserMessage.from("Hi"));
    assertThat(reply.finishReason()).isEqualTo(FinishReason.LENGTH);
    return reply.tokenUsage().outputTokenCount();
  }

  @Test
  void seedsVaryWhereTheyAreAskedTo() {
    FlowChatModel.builder().flow(flow).build().chat("Hi");
    long fixed = policy.batches().get(0).get(0).seed();
    FlowChatModel varied =
        FlowChatModel.builder().flow(flow).seeds(new AtomicLong()::incrementAndGet).build();
    varied.chat("Hi");
    long first = policy.batches().get(6).get(0).seed();
    varied.chat("Hi");
    assertThat(policy.batches().get(12).get(0).seed()).isNotEqualTo(first).isNotEqualTo(fixed);
  }

  @Test
  void whatAFlowCannotIsRefusedByName() {
    FlowChatModel model = FlowChatModel.builder().flow(flow).build();
    assertThatThrownBy(
            () ->
                model.chat(ToolExecutionResultMessage.from("1", "add", "3"), UserMessage.from("?")))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("TOOL_EXECUTION_RESULT")
        .hasMessageContaining("not supported by a flow");
    assertThatThrownBy(
            () ->
                FlowChatModel.builder()
                    .flow(flow)
                    .defaultRequestParameters(
                        ChatRequestParameters.builder().presencePenalty(0.1).build())
                    .build())
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("presencePenalty");
    assertThatThrownBy(() -> model.chat(AiMessage.from("I begin.")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("expected a user's message last")
        .hasCauseInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> FlowChatModel.builder().build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Call flow(");
    assertThat(policy.batches()).isEmpty();
  }

  @Test
  void aTimeoutIsOne() throws Exception {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    Flow slow =
        Flow.builder()
            .policy(
                new ScriptedPolicy(
                    request -> {
                      ended.join();
                      return Chunks.ending("late");
                    }))
            .judge(StopRules.endOfText())
            .build();
    try (slow) {
      assertThatThrownBy(
              () ->
                  FlowChatModel.builder()
                      .flow(slow)
                      .timeout(Duration.ofMillis(30))
                      .build()
                      .chat("Hi"))
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("deadline of PT0.03S");
    } finally {
      ended.complete(null);
    }
  }

  @Test
  void aClosedFlowIsHeardOfByTheHandlerOnAnotherThread() throws Exception {
    FlowStreamingChatModel model = FlowStreamingChatModel.builder().flow(flow).build();
    flow.close();
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    model.chat(
        "Hi",
        new StreamingChatResponseHandler() {
          @Override
          public void onCompleteResponse(ChatResponse reply) {
            failure.completeExceptionally(new AssertionError(reply));
          }

          @Override
          public void onError(Throwable error) {
            thread.complete(Thread.currentThread());
            failure.complete(error);
          }
        });
    assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(FlowClosedException.class);
    assertThat(thread.get()).isNotEqualTo(Thread.currentThread());
  }

  @Test
  void theBundledModelStreamsWhatItAnswersAtOnce() {
    try (Flow real = Flow.builder().build()) {
      String question = "Tom has 3 bags with 4 apples each. How many apples has he?";
      TestStreamingChatResponseHandler handler = new TestStreamingChatResponseHandler();
      FlowStreamingChatModel.builder().flow(real).streamEvery(2).build().chat(question, handler);
      assertThat(handler.get().aiMessage().text())
          .isEqualTo(FlowChatModel.builder().flow(real).build().chat(question))
          .isEqualTo(real.solve(question).text());
      assertThat(handler.get().tokenUsage().inputTokenCount()).isPositive();
    }
  }
}
