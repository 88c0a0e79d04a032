package dev.flowdpo.langchain4j;

import dev.flowdpo.SolveOptions;
import dev.flowdpo.error.FlowException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.spi.ServiceHelper;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A flow as a streaming chat model of LangChain4j; requests, replies and failures are those of
 * {@link FlowChatModel}.
 *
 * <p>Parts come every few tokens, and together they are the reply. All calls of one request's
 * handler come on one thread, which is not the caller's. Cancelling by the {@link
 * dev.langchain4j.model.chat.response.StreamingHandle} ends the solve after the current part; the
 * handler hears nothing more then, neither a reply nor an error. What a handler throws goes to its
 * {@code onError}, and the reply goes on. What a request asks for and cannot have is thrown by
 * {@code chat} itself; all that fails later goes to {@code onError}. Thread-safe.
 */
public final class FlowStreamingChatModel implements StreamingChatModel {
  private final ChatSettings settings;
  private final int streamEvery;

  FlowStreamingChatModel(ChatSettings settings, int streamEvery) {
    this.settings = settings;
    this.streamEvery = streamEvery;
  }

  /**
   * {@return a builder: that of a {@link FlowStreamingChatModelBuilderFactory}, where there is one}
   */
  public static FlowStreamingChatModelBuilder builder() {
    return ServiceHelper.loadFactories(FlowStreamingChatModelBuilderFactory.class).stream()
        .findFirst()
        .map(FlowStreamingChatModelBuilderFactory::get)
        .orElseGet(FlowStreamingChatModelBuilder::new);
  }

  @Override
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    ChatQuestion question = ChatQuestion.of(request, settings);
    StreamedReply reply = new StreamedReply(handler, settings.modelName());
    SolveOptions options =
        settings
            .solveOptions()
            .listener(reply)
            .cancellation(reply.cancellation())
            .streamEvery(streamEvery)
            .build();
    try {
      // The reply hears of nearly every failure as a listener; of one of the flow's own listeners
      // only here.
      CompletableFuture<Void> unused =
          question
              .flow()
              .solveAsync(question.problem(), options)
              .handleAsync((solution, failure) -> reply.ended(failure));
    } catch (FlowException e) {
      CompletableFuture<Void> unused = CompletableFuture.runAsync(() -> reply.ended(e));
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
