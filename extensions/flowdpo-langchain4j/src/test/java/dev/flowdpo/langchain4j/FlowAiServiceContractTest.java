package dev.flowdpo.langchain4j;

import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.flowdpo.Flow;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.common.AbstractAiServiceIT;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** LangChain4j's contract of AI services, which a flow answers. */
@TestInstance(PER_CLASS)
class FlowAiServiceContractTest extends AbstractAiServiceIT {
  private final Flow flow = ScriptedChat.flow();

  @AfterAll
  void close() {
    flow.close();
  }

  @Override
  protected List<ChatModel> models() {
    return List.of(FlowChatModel.builder().flow(flow).build());
  }

  @Override
  protected boolean supportsTools() {
    return false;
  }

  @Override
  protected boolean supportsJsonResponseFormatWithSchema() {
    return false;
  }
}
