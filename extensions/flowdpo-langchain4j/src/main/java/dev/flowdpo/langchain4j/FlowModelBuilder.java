package dev.flowdpo.langchain4j;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What {@link FlowChatModel} and {@link FlowStreamingChatModel} are set up with. A framework may
 * extend the builders and put its own in place by their factories. Every setter returns the
 * builder. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract class FlowModelBuilder<B extends FlowModelBuilder<B>> {
  private final DefaultChatRequestParameters.Builder<?> parameters =
      DefaultChatRequestParameters.builder();
  private final List<ChatModelListener> listeners = new ArrayList<>();
  private Optional<Flow> flow = Optional.empty();
  private Optional<Duration> timeout = Optional.empty();
  private Optional<LongSupplier> seeds = Optional.empty();
  private String modelName = "flowdpo";

  FlowModelBuilder() {}

  /** {@return this} */
  abstract B self();

  /** Sets the flow that answers, which stays its owner's to close. Needed. */
  public B flow(Flow flow) {
    this.flow = Optional.of(flow);
    return self();
  }

  /**
   * Sets the name that replies and listeners are told; by default {@code flowdpo}. A request may
   * name no other, since a flow has one model.
   *
   * @throws InvalidInputException if it is blank
   */
  public B modelName(String name) {
    if (name.isBlank()) {
      throw new InvalidInputException("modelName: expected a name, found a blank one.");
    }
    this.modelName = name;
    return self();
  }

  /**
   * Sets what requests have that do not say otherwise: {@code temperature}, {@code topP}, {@code
   * topK} and {@code maxOutputTokens}; what is not set stays the flow's, or as set before.
   */
  public B defaultRequestParameters(ChatRequestParameters defaults) {
    parameters.overrideWith(defaults);
    return self();
  }

  /** Sets the temperature, at least 0; by default the flow's. */
  public B temperature(double temperature) {
    parameters.temperature(Require.notNegative("temperature", temperature));
    return self();
  }

  /** Sets the probability that the kept tokens reach, in (0, 1]; by default the flow's. */
  public B topP(double topP) {
    parameters.topP(Require.above(0, 1, "topP", topP));
    return self();
  }

  /** Sets how many of the likeliest tokens are kept, 0 for all; by default the flow's. */
  public B topK(int topK) {
    parameters.topK(Require.atLeast(0, "topK", topK));
    return self();
  }

  /** Sets the most tokens of a reply, at least 1; by default as many as the flow's chunks have. */
  public B maxOutputTokens(int tokens) {
    parameters.maxOutputTokens(Require.atLeast(1, "maxOutputTokens", tokens));
    return self();
  }

  /**
   * Sets where the seed of each request comes from; by default it is the flow's, with which the
   * same conversation gets the same reply. {@code new AtomicLong()::incrementAndGet} has them vary,
   * as those of remote models do.
   *
   * @param seeds gives the next seed; thread-safe
   */
  public B seeds(LongSupplier seeds) {
    this.seeds = Optional.of(seeds);
    return self();
  }

  /** Sets how long a reply may take, waiting included; by default without limit. */
  public B timeout(Duration timeout) {
    this.timeout = Optional.of(Require.positive("timeout", timeout));
    return self();
  }

  /** Sets who is told of requests, replies and errors; none by default. */
  public B listeners(List<ChatModelListener> listeners) {
    this.listeners.clear();
    this.listeners.addAll(listeners);
    return self();
  }

  /** Sets who is told of requests, replies and errors; none by default. */
  public B listeners(ChatModelListener... listeners) {
    return listeners(List.of(listeners));
  }

  ChatSettings settings() {
    ChatRequestParameters defaults = parameters.build();
    ChatQuestion.refuseUnsupported(defaults, modelName);
    return new ChatSettings(
        flow.orElseThrow(
            () ->
                new InvalidInputException(
                    "flow: expected a flow that answers, found none. Call flow(…).")),
        modelName,
        DefaultChatRequestParameters.builder().overrideWith(defaults).modelName(modelName).build(),
        List.copyOf(listeners),
        timeout,
        seeds);
  }
}
