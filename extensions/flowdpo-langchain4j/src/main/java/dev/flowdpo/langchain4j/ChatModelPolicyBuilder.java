package dev.flowdpo.langchain4j;

import dev.flowdpo.error.Require;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.SamplingOptions;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Settings of a {@link ChatModelPolicy}, each checked at once. Every setter returns this builder.
 * Not thread-safe.
 */
public final class ChatModelPolicyBuilder {
  private final ChatModel model;
  private Optional<StreamingChatModel> streaming = Optional.empty();
  private ChatContinuation continuation = ChatContinuation.instruction();
  private Function<ChunkRequest, ChatRequestParameters> parameters =
      ChatModelPolicyBuilder::defaultParameters;
  private int maxConcurrent = 16;

  record Settings(
      ChatModel model,
      Optional<StreamingChatModel> streaming,
      ChatContinuation continuation,
      Function<ChunkRequest, ChatRequestParameters> parameters,
      int maxConcurrent) {}

  ChatModelPolicyBuilder(ChatModel model) {
    this.model = Objects.requireNonNull(model, "model");
  }

  /** Sets the same model as one that streams, for flows that do; by default none. */
  public ChatModelPolicyBuilder streaming(StreamingChatModel model) {
    this.streaming = Optional.of(model);
    return this;
  }

  /**
   * Sets how the model goes on with a partial answer; by default {@link
   * ChatContinuation#instruction()}, which any can.
   */
  public ChatModelPolicyBuilder continuation(ChatContinuation continuation) {
    this.continuation = Objects.requireNonNull(continuation, "continuation");
    return this;
  }

  /**
   * Sets what a request has as parameters; by default {@link #defaultParameters}. For a model with
   * parameters of its own, such as a seed, or one that refuses a temperature.
   *
   * @param parameters gives them for a chunk's request; thread-safe
   */
  public ChatModelPolicyBuilder parameters(
      Function<ChunkRequest, ChatRequestParameters> parameters) {
    this.parameters = Objects.requireNonNull(parameters, "parameters");
    return this;
  }

  /**
   * {@return the size of a chunk as {@code maxOutputTokens}, its temperature, {@code topP} and,
   * where it is above 0, {@code topK}}
   */
  public static ChatRequestParameters defaultParameters(ChunkRequest request) {
    SamplingOptions sampling = request.sampling();
    DefaultChatRequestParameters.Builder<?> parameters =
        DefaultChatRequestParameters.builder()
            .maxOutputTokens(request.maxTokens())
            .temperature(sampling.temperature())
            .topP(sampling.topP());
    if (sampling.topK() > 0) {
      parameters.topK(sampling.topK());
    }
    return parameters.build();
  }

  /** Sets the most requests at a time, of all callers together; at least 1, by default 16. */
  public ChatModelPolicyBuilder maxConcurrent(int requests) {
    this.maxConcurrent = Require.atLeast(1, "maxConcurrent", requests);
    return this;
  }

  /** {@return the policy; nothing is asked before it is used} */
  public ChatModelPolicy build() {
    return new ChatModelPolicy(
        new Settings(model, streaming, continuation, parameters, maxConcurrent));
  }
}
