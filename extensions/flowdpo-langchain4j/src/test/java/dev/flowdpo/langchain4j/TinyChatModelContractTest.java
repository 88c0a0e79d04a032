package dev.flowdpo.langchain4j;

import dev.flowdpo.Flow;
import dev.langchain4j.model.chat.ChatModel;

/** LangChain4j's contract of chat models, on the bundled model, where it asks no knowledge. */
class TinyChatModelContractTest extends FlowChatModelContractTest {
  @Override
  Flow open() {
    return Flow.builder().build();
  }

  /** The bundled model answers in 3 tokens. */
  @Override
  protected int maxOutputTokens() {
    return 1;
  }

  @Override
  protected void should_respect_user_message(ChatModel model) {
    // Asks what the bundled model does not know: see the scripted policy's test.
  }

  @Override
  protected void should_respect_system_message(ChatModel model) {
    // As above.
  }

  @Override
  protected void should_respect_multiple_messages(ChatModel model) {
    // As above.
  }
}
