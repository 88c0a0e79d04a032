package dev.flowdpo.spring.ai;

import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.List;
import java.util.UUID;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import reactor.core.publisher.FluxSink;

/**
 * A solution as a reply, in parts while it grows. Blanks at both ends of a solution are not part of
 * its text: those of the begin are left out, and others wait for what comes after them. Called by
 * the thread of one solve.
 */
final class FlowReply implements FlowListener {
  private final FluxSink<ChatResponse> sink;
  private final String modelName;
  private final String id = UUID.randomUUID().toString();
  private String blanks = "";
  private boolean begun;

  FlowReply(FluxSink<ChatResponse> sink, String modelName) {
    this.sink = sink;
    this.modelName = modelName;
  }

  static ChatResponse whole(Solution solution, String modelName) {
    return last(solution, solution.text(), UUID.randomUUID().toString(), modelName);
  }

  private static ChatResponse last(Solution solution, String text, String id, String modelName) {
    int prompt = solution.usage().promptTokens().orElse(0);
    ChatGenerationMetadata metadata =
        ChatGenerationMetadata.builder()
            .finishReason(solution.truncated() ? "LENGTH" : "STOP")
            .build();
    return new ChatResponse(
        List.of(new Generation(new AssistantMessage(text), metadata)),
        ChatResponseMetadata.builder()
            .id(id)
            .model(modelName)
            .usage(new DefaultUsage(prompt, solution.usage().generatedTokens()))
            .build());
  }

  @Override
  public void onText(Problem problem, int index, String text) {
    String sure = begun ? blanks + text : text.stripLeading();
    String part = sure.stripTrailing();
    blanks = sure.substring(part.length());
    begun |= !part.isEmpty();
    if (!part.isEmpty()) {
      sink.next(
          new ChatResponse(
              List.of(new Generation(new AssistantMessage(part))),
              ChatResponseMetadata.builder().id(id).model(modelName).build()));
    }
  }

  @Override
  public void onSolved(Solution solution) {
    sink.next(last(solution, "", id, modelName));
    sink.complete();
  }
}
