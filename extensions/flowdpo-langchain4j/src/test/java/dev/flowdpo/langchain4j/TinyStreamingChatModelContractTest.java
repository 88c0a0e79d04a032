package dev.flowdpo.langchain4j;

import dev.flowdpo.Flow;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;

/**
 * LangChain4j's contract of streaming chat models, on the bundled model, where it asks no
 * knowledge.
 */
class TinyStreamingChatModelContractTest extends FlowStreamingChatModelContractTest {
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
  protected void should_respect_user_message(StreamingChatModel model) {
    // Asks what the bundled model does not know: see the scripted policy's test.
  }

  @Override
  protected void should_respect_system_message(StreamingChatModel model) {
    // As above.
  }

  @Override
  protected void should_respect_multiple_messages(StreamingChatModel model) {
    // As above.
  }

  /** Its tests with a listener ask what the bundled model does not know, and pass over no model. */
  @Override
  public StreamingChatModel createModelWith(ChatModelListener listener) {
    return null;
  }
}
