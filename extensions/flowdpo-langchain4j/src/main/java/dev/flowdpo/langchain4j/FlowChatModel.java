package dev.flowdpo.langchain4j;

import dev.flowdpo.error.FlowException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.spi.ServiceHelper;
import java.util.List;

/**
 * A flow as a chat model of LangChain4j: what it learns shows in the next reply.
 *
 * <pre>{@code
 * ChatModel model = FlowChatModel.builder().flow(flow).maxOutputTokens(200).build();
 * String reply = model.chat("Ann has 3 pens and buys 2 more. How many has she now?");
 * }</pre>
 *
 * <p>System, user and earlier model messages go through the model's chat template. A request may
 * set {@code temperature}, {@code topP}, {@code topK} and {@code maxOutputTokens}, which is shared
 * out evenly over the chunks that it takes; all else that it asks for, such as tools, a JSON
 * format, stop sequences, penalties, images or another model, is refused with an {@link
 * dev.langchain4j.exception.UnsupportedFeatureException}. A reply has an id, the model's name, its
 * usage and why it ends: {@code STOP} where judge or model ended it, {@code LENGTH} where a limit
 * did.
 *
 * <p>A question too long for the model is an {@link
 * dev.langchain4j.exception.InvalidRequestException}, too much waiting already a {@link
 * dev.langchain4j.exception.RateLimitException}, and a timeout a {@link
 * dev.langchain4j.exception.TimeoutException}, each with the flow's own as its cause; all else
 * stays a {@link FlowException}. Thread-safe; concurrent requests share the calls of the model.
 */
public final class FlowChatModel implements ChatModel {
  private final ChatSettings settings;

  FlowChatModel(ChatSettings settings) {
    this.settings = settings;
  }

  /** {@return a builder: that of a {@link FlowChatModelBuilderFactory}, where there is one} */
  public static FlowChatModelBuilder builder() {
    return ServiceHelper.loadFactories(FlowChatModelBuilderFactory.class).stream()
        .findFirst()
        .map(FlowChatModelBuilderFactory::get)
        .orElseGet(FlowChatModelBuilder::new);
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    ChatQuestion question = ChatQuestion.of(request, settings);
    try {
      return ChatReply.of(
          question.flow().solve(question.problem(), settings.solveOptions().build()),
          settings.modelName());
    } catch (FlowException e) {
      throw ChatFailure.of(e);
    }
  }

  @Override
  public ChatRequestParameters defaultRequestParameters() {
    return settings.defaults();
  }

  @Override
  public List<ChatModelListener> listeners() {
    return settings.listeners();
  }

  /** {@return {@link ModelProvider#OTHER}} */
  @Override
  public ModelProvider provider() {
    return ModelProvider.OTHER;
  }
}
