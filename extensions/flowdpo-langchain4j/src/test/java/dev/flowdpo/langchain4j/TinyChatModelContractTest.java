package dev.flowdpo.langchain4j;

import dev.flowdpo.Flow;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** LangChain4j's contract of chat models, on the bundled model, where it asks no knowledge. */
class TinyChatModelContractTest extends AbstractChatModelIT {
  private final Flow flow = Flow.builder().build();

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

  /** The bundled model answers in 3 tokens. */
  @Override
  protected int maxOutputTokens() {
    return 1;
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
