package dev.flowdpo.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.Message;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;

class FlowChatModelTest {
  private static final String TEXT = " There was a bear.\n\nIt slept.\n";

  private final ScriptedPolicy policy =
      new ScriptedPolicy(
          request -> {
            if (request.prefix().problem().question().contains("fail")) {
              throw new FlowException("the model is gone");
            }
            String rest = TEXT.substring(request.prefix().text().length());
            return rest.length() < request.maxTokens()
                ? Chunks.ending(rest)
                : Chunks.of(rest.substring(0, request.maxTokens()));
          });
  private final Flow flow =
      Flow.builder().policy(policy).judge(StopRules.endOfText()).chunkSize(6).maxChunks(20).build();
  private final BlockingQueue<Observation.Context> observed = new LinkedBlockingQueue<>();
  private final FlowChatModel model =
      FlowChatModel.builder(flow).observationRegistry(registry()).build();

  private ObservationRegistry registry() {
    ObservationRegistry registry = ObservationRegistry.create();
    registry
        .observationConfig()
        .observationHandler(
            new ObservationHandler<>() {
              @Override
              public void onStop(Observation.Context context) {
                observed.add(context);
              }

              @Override
              public boolean supportsContext(Observation.Context context) {
                return true;
              }
            });
    return registry;
  }

  /** Observations of streams end after their subscribers were told. */
  private ChatModelObservationContext observed() throws InterruptedException {
    return (ChatModelObservationContext) observed.poll(20, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() {
    flow.close();
  }

  @Test
  void aConversationIsAnsweredWithUsageAndReason() throws InterruptedException {
    ChatResponse reply =
        model.call(
            new Prompt(
                List.of(
                    new SystemMessage("Be brief."),
                    new UserMessage("Hi"),
                    new AssistantMessage("Hello"),
                    new UserMessage("A story?"))));
    assertThat(reply.getResult().getOutput().getText()).isEqualTo(TEXT.strip());
    assertThat(reply.getResult().getMetadata().getFinishReason()).isEqualTo("STOP");
    assertThat(reply.getMetadata().getModel()).isEqualTo("flowdpo");
    assertThat(reply.getMetadata().getId()).isNotBlank();
    assertThat(reply.getMetadata().getUsage().getPromptTokens()).isEqualTo("A story?".length());
    assertThat(reply.getMetadata().getUsage().getCompletionTokens()).isEqualTo(TEXT.length() + 1);
    assertThat(policy.batches().get(0).get(0).prefix().problem().messages())
        .containsExactly(
            Message.system("Be brief."),
            Message.user("Hi"),
            Message.assistant("Hello"),
            Message.user("A story?"));
    ChatModelObservationContext context = observed();
    assertThat(context.getOperationMetadata().provider()).isEqualTo("flowdpo");
    assertThat(context.getRequest().getOptions().getModel()).isEqualTo("flowdpo");
    assertThat(context.getResponse()).isSameAs(reply);
  }

  @Test
  void optionsAreFollowedOrRefusedByName() {
    ChatOptions options = ChatOptions.builder().maxTokens(10).temperature(0.1).topK(3).build();
    ChatResponse reply = model.call(new Prompt("A story?", options));
    assertThat(reply.getResult().getOutput().getText()).isEqualTo("There was");
    assertThat(reply.getResult().getMetadata().getFinishReason()).isEqualTo("LENGTH");
    assertThat(policy.batches()).hasSize(2);
    assertThat(policy.batches().get(0).get(0).sampling().temperature()).isEqualTo(0.1);
    assertThat(policy.batches().get(0).get(0).sampling().topK()).isEqualTo(3);
    ChatOptions others =
        ChatOptions.builder().model("gpt").presencePenalty(1.0).stopSequences(List.of(".")).build();
    assertThatThrownBy(() -> model.call(new Prompt("A story?", others)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("model gpt beside flowdpo, presencePenalty, stopSequences");
  }

  @Test
  void theStreamIsTheReplyInPartsAndIsObserved() throws InterruptedException {
    List<ChatResponse> parts =
        model.stream(new Prompt("A story?")).collectList().block(Duration.ofSeconds(20));
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(part.getResult().getOutput().getText()));
    assertThat(text).hasToString(TEXT.strip());
    assertThat(parts).hasSizeGreaterThan(3);
    ChatResponse last = parts.get(parts.size() - 1);
    assertThat(last.getResult().getMetadata().getFinishReason()).isEqualTo("STOP");
    assertThat(last.getMetadata().getUsage().getCompletionTokens()).isEqualTo(TEXT.length() + 1);
    ChatModelObservationContext context = observed();
    assertThat(context.isStreaming()).isTrue();
    assertThat(context.getResponse().getResult().getOutput().getText()).isEqualTo(TEXT.strip());
  }

  @Test
  void aStreamThatIsCancelledEndsTheSolveAndOneThatFailsSaysSo() throws InterruptedException {
    assertThat(model.stream("A story?").take(2).collectList().block(Duration.ofSeconds(20)))
        .hasSize(2);
    assertThatThrownBy(() -> model.stream("Please fail").blockLast(Duration.ofSeconds(20)))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("the model is gone");
    assertThat(observed().getError()).isNull();
    assertThat(observed().getError()).isInstanceOf(FlowException.class);
  }
}
