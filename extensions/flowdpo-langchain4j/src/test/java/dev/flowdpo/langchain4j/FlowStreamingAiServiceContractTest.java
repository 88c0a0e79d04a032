package dev.flowdpo.langchain4j;

import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.flowdpo.Flow;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.service.common.AbstractStreamingAiServiceIT;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** LangChain4j's contract of AI services that stream, which a flow answers. */
@TestInstance(PER_CLASS)
class FlowStreamingAiServiceContractTest extends AbstractStreamingAiServiceIT {
  private final Flow flow = ScriptedChat.flow();

  @AfterAll
  void close() {
    flow.close();
  }

  @Override
  protected List<StreamingChatModel> models() {
    return List.of(FlowStreamingChatModel.builder().flow(flow).build());
  }

  @Override
  protected void should_execute_tool_without_arguments(StreamingChatModel model) {
    // A flow calls no tools, and says so.
  }

  @Override
  protected void should_keep_memory_consistent_when_streaming_using_immediate_tool(
      StreamingChatModel model) {
    // As above.
  }
}
