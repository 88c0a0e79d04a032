package dev.flowdpo.langchain4j;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import org.junit.jupiter.api.AfterEach;

/** What LangChain4j's listeners hear, on the bundled model. */
class FlowStreamingChatModelListenerContractTest extends AbstractStreamingChatModelListenerIT {
  private final Flow flow = Flow.builder().build();
  private final Flow failing = ScriptedChat.failingFlow();

  @AfterEach
  void close() {
    flow.close();
    failing.close();
  }

  @Override
  protected StreamingChatModel createModel(ChatModelListener listener) {
    return FlowStreamingChatModel.builder()
        .flow(flow)
        .modelName(modelName())
        .temperature(temperature())
        .topP(topP())
        .maxOutputTokens(maxTokens())
        .listeners(listener)
        .build();
  }

  @Override
  protected String modelName() {
    return "tiny";
  }

  @Override
  protected StreamingChatModel createFailingModel(ChatModelListener listener) {
    return FlowStreamingChatModel.builder().flow(failing).listeners(listener).build();
  }

  @Override
  protected Class<? extends Exception> expectedExceptionClass() {
    return FlowException.class;
  }

  @Override
  protected boolean supportsTools() {
    return false;
  }
}
