package dev.flowdpo.langchain4j;

import dev.flowdpo.Flow;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** LangChain4j's contract of chat models, on a policy that knows what it asks. */
class FlowChatModelContractTest extends AbstractChatModelIT {
  private final Flow flow = open();

  /** Opens what the contract is asked of. */
  Flow open() {
    return ScriptedChat.flow();
  }

  @AfterAll
  void close() {
    flow.close();
  }

  @Override
  protected List<ChatModel> models() {
    return List.of(FlowChatModel.builder().flow(flow).build());
  }

  @Override
  protected ChatModel createModelWith(ChatRequestParameters parameters) {
    return FlowChatModel.builder().flow(flow).defaultRequestParameters(parameters).build();
  }

  /** A flow has no parameters of its own. */
  @Override
  protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
    return createParameters(maxOutputTokens);
  }

  @Override
  protected boolean supportsModelNameParameter() {
    return false;
  }

  @Override
  protected boolean supportsStopSequencesParameter() {
    return false;
  }

  @Override
  protected boolean supportsTools() {
    return false;
  }

  @Override
  protected boolean supportsToolChoiceRequired() {
    return false;
  }

  @Override
  protected boolean supportsJsonResponseFormat() {
    return false;
  }

  @Override
  protected boolean supportsJsonResponseFormatWithSchema() {
    return false;
  }

  @Override
  protected boolean supportsJsonResponseFormatWithRawSchema() {
    return false;
  }

  @Override
  protected boolean supportsSingleImageInputAsBase64EncodedString() {
    return false;
  }

  @Override
  protected boolean supportsSingleImageInputAsPublicURL() {
    return false;
  }
}
