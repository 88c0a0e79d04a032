package dev.flowdpo.langchain4j;

import dev.flowdpo.value.Solution;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A solution as a reply. */
final class ChatReply {
  private ChatReply() {}

  static ChatResponse of(Solution solution, String modelName) {
    TokenUsage usage =
        new TokenUsage(known(solution.usage().promptTokens()), solution.usage().generatedTokens());
    return ChatResponse.builder()
        .aiMessage(AiMessage.from(solution.text()))
        .metadata(
            ChatResponseMetadata.builder()
                .id(UUID.randomUUID().toString())
                .modelName(modelName)
                .tokenUsage(usage)
                .finishReason(solution.truncated() ? FinishReason.LENGTH : FinishReason.STOP)
                .build())
        .build();
  }

  private static @Nullable Integer known(OptionalInt tokens) {
    return tokens.isPresent() ? tokens.getAsInt() : null;
  }
}
