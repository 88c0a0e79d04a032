package dev.flowdpo.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.SolveOptions;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChatModelPolicyTest {
  private static final Problem PROBLEM =
      Problem.builder(
              List.of(
                  dev.flowdpo.value.Message.system("Be brief."),
                  dev.flowdpo.value.Message.user("6 times 7?")))
          .build();

  /** Says one line after the other, and remembers what it was asked. */
  private static final class Lines implements ChatModel {
    private final List<ChatRequest> asked = new CopyOnWriteArrayList<>();
    private final List<ChatResponse> lines;

    private Lines(ChatResponse... lines) {
      this.lines = List.of(lines);
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
      asked.add(request);
      return lines.get(asked.size() - 1);
    }
  }

  static ChatResponse reply(String text, FinishReason reason) {
    return ChatResponse.builder()
        .aiMessage(AiMessage.from(text))
        .finishReason(reason)
        .tokenUsage(new TokenUsage(5, 2))
        .build();
  }

  private static Flow flow(ChatModelPolicy policy) {
    return Flow.builder()
        .policy(policy)
        .judge(StopRules.answerPresent())
        .chunkSize(8)
        .maxChunks(4)
        .build();
  }

  @Test
  void goesOnByAnInstructionAfterWhatIsWritten() {
    Lines model =
        new Lines(
            reply("6 * 7 is ", FinishReason.LENGTH),
            reply("42.", FinishReason.STOP),
            reply("#### 42", FinishReason.STOP));
    ChatModelPolicy policy = ChatModelPolicy.builder(model).build();
    try (Flow flow = flow(policy)) {
      Solution solution = flow.solve(PROBLEM);
      assertThat(solution.text()).isEqualTo("6 * 7 is 42.\n#### 42");
      assertThat(solution.finalAnswer()).contains("42");
    }
    List<ChatMessage> begin =
        List.of(SystemMessage.from("Be brief."), UserMessage.from("6 times 7?"));
    assertThat(model.asked.get(0).messages()).isEqualTo(begin);
    assertThat(model.asked.get(0).maxOutputTokens()).isEqualTo(8);
    assertThat(model.asked.get(0).temperature()).isEqualTo(0.7);
    assertThat(model.asked.get(0).topK()).isNull();
    assertThat(model.asked.get(1).messages()).hasSize(4).containsAll(begin);
    assertThat(model.asked.get(1).messages().get(2)).isEqualTo(AiMessage.from("6 * 7 is "));
    assertThat(model.asked.get(2).messages().get(2)).isEqualTo(AiMessage.from("6 * 7 is 42."));
    assertThat(policy.tokenUsage()).isEqualTo(new TokenUsage(15, 6));
  }

  @Test
  void goesOnWithALastMessageOrNotAtAll() {
    Lines model =
        new Lines(reply("6 * 7", FinishReason.LENGTH), reply(" #### 42", FinishReason.STOP));
    ChatModelPolicyBuilder builder = ChatModelPolicy.builder(model);
    try (Flow flow = flow(builder.continuation(ChatContinuation.lastMessage()).build())) {
      assertThat(flow.solve(PROBLEM).text()).isEqualTo("6 * 7 #### 42");
    }
    assertThat(model.asked.get(1).messages()).hasSize(3).endsWith(AiMessage.from("6 * 7"));

    Lines again = new Lines(reply("6 * 7", FinishReason.LENGTH));
    ChatModelPolicy whole =
        ChatModelPolicy.builder(again).continuation(ChatContinuation.wholeAnswer()).build();
    try (Flow flow = flow(whole)) {
      assertThatThrownBy(() -> flow.solve(PROBLEM))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("Set maxChunks(1)");
    }
  }

  @Test
  void aFailureOfTheModelIsTheFlows() {
    ChatModel broken =
        new ChatModel() {
          @Override
          public ChatResponse doChat(ChatRequest request) {
            throw new IllegalStateException("no key");
          }
        };
    try (Flow flow = flow(ChatModelPolicy.builder(broken).build())) {
      assertThatThrownBy(() -> flow.solve(PROBLEM))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("no key")
          .hasCauseInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aFailureOfOneRowEndsTheOthers() throws InterruptedException {
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    ChatModel model =
        new ChatModel() {
          @Override
          public ChatResponse doChat(ChatRequest request) {
            try {
              if (request.messages().toString().contains("wait")) {
                waiting.countDown();
                Thread.sleep(60_000);
              }
              waiting.await();
            } catch (InterruptedException e) {
              interrupted.countDown();
            }
            throw new IllegalStateException("no key");
          }
        };
    try (Flow flow = flow(ChatModelPolicy.builder(model).build())) {
      assertThatThrownBy(() -> flow.solveAll(List.of(Problem.of("wait"), Problem.of("fail"))))
          .hasMessageContaining("no key");
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** A flow behind a chat model behind a flow: the outer one shows what the inner one streams. */
  @Test
  void streamsWhatTheModelStreams() {
    try (Flow inner = ScriptedChat.flow()) {
      ChatModelPolicy policy =
          ChatModelPolicy.builder(FlowChatModel.builder().flow(inner).build())
              .streaming(FlowStreamingChatModel.builder().flow(inner).build())
              .build();
      List<String> parts = new ArrayList<>();
      FlowListener listener =
          new FlowListener() {
            @Override
            public void onText(Problem problem, int index, String text) {
              parts.add(text);
            }
          };
      try (Flow flow =
          Flow.builder().policy(policy).judge(StopRules.endOfText()).chunkSize(200).build()) {
        Solution solution =
            flow.solve(
                Problem.of("What is the capital of Germany?"),
                SolveOptions.builder().streamEvery(1).listener(listener).build());
        assertThat(solution.text())
            .isEqualTo("The capital of Germany is Berlin.\n\nIt lies on the Spree.");
        assertThat(String.join("", parts)).isEqualTo(solution.text());
        assertThat(parts).hasSizeGreaterThan(3);
        assertThat(policy.tokenUsage().outputTokenCount()).isPositive();
      }
    }
  }
}
