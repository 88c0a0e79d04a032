package dev.flowdpo.langchain4j;

import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.testing.contract.FlowPolicyContract;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.util.Random;
import org.junit.jupiter.api.Nested;

/** A chat model that always replies the same keeps the contract of policies, as far as text can. */
class ChatModelPolicyContractTest {
  /** Writes letters that its question decides, and ends one reply in three. */
  private static final class Letters implements ChatModel {
    @Override
    public ChatResponse doChat(ChatRequest request) {
      Random random = new Random(request.messages().toString().hashCode());
      boolean ends = random.nextInt(3) == 0;
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < request.maxOutputTokens(); i++) {
        text.append((char) ('a' + random.nextInt(26)));
      }
      return ChatModelPolicyTest.reply(
          text.toString(), ends ? FinishReason.STOP : FinishReason.LENGTH);
    }
  }

  @Nested
  class Instructed extends FlowPolicyContract {
    @Override
    protected FlowPolicy policy() {
      return ChatModelPolicy.builder(new Letters()).build();
    }
  }

  @Nested
  class LastMessage extends FlowPolicyContract {
    @Override
    protected FlowPolicy policy() {
      return ChatModelPolicy.builder(new Letters())
          .continuation(ChatContinuation.lastMessage())
          .maxConcurrent(3)
          .build();
    }
  }
}
