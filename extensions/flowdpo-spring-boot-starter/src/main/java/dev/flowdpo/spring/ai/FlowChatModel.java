package dev.flowdpo.spring.ai;

import dev.flowdpo.Cancellation;
import dev.flowdpo.Flow;
import dev.flowdpo.SolveOptions;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.value.Problem;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.MessageAggregator;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * A flow as a chat model of Spring AI: what it learns shows in the next reply.
 *
 * <p>System, user and assistant messages go through the model's chat template. Options may have
 * {@code temperature}, {@code topP}, {@code topK} and {@code maxTokens}, which is shared out evenly
 * over the chunks that it takes; other models, penalties, stop sequences, tools and media are
 * refused with an {@link UnsupportedOperationException} that names them. Parts of a stream come
 * every few tokens, the last with usage and finish reason: {@code STOP} where judge or model ended
 * the reply, {@code LENGTH} where a limit did. Cancelling the subscription gives the solve up. What
 * fails is the flow's {@link dev.flowdpo.error.FlowException}.
 *
 * <p>Calls are observed as those of Spring AI's other models, with the provider {@code flowdpo}.
 * Thread-safe.
 */
public final class FlowChatModel implements ChatModel {
  private static final ChatModelObservationConvention CONVENTION =
      new DefaultChatModelObservationConvention();

  private final Flow flow;
  private final ChatOptions options;
  private final int streamEvery;
  private final Optional<Duration> timeout;
  private final ObservationRegistry registry;
  private final @Nullable ChatModelObservationConvention convention;

  private FlowChatModel(Builder builder) {
    flow = builder.flow;
    options = ChatOptions.builder().model(builder.modelName).build();
    streamEvery = builder.streamEvery;
    timeout = builder.timeout;
    registry = builder.registry;
    convention = builder.convention;
  }

  /** {@return a builder of a chat model that this flow answers} */
  public static Builder builder(Flow flow) {
    return new Builder(flow);
  }

  /** {@return the model's name; what else a prompt may set is the flow's} */
  @Override
  public ChatOptions getOptions() {
    return options;
  }

  @Override
  public ChatResponse call(Prompt prompt) {
    Prompt asked = named(prompt);
    ChatModelObservationContext context = context(asked, false);
    return Objects.requireNonNull(
        observation(context)
            .observe(
                () -> {
                  ChatResponse reply = answered(asked);
                  context.setResponse(reply);
                  return reply;
                }));
  }

  private ChatResponse answered(Prompt asked) {
    FlowQuestion question = FlowQuestion.of(asked, flow, name());
    return FlowReply.whole(
        question.flow().solve(question.problem(), solveOptions().build()), name());
  }

  @Override
  public Flux<ChatResponse> stream(Prompt prompt) {
    return Flux.deferContextual(
        view -> {
          Prompt asked = named(prompt);
          ChatModelObservationContext context = context(asked, true);
          Observation observation = observation(context);
          Observation parent = view.getOrDefault(ObservationThreadLocalAccessor.KEY, null);
          observation.parentObservation(parent).start();
          Flux<ChatResponse> parts =
              Flux.<ChatResponse>create(sink -> solve(asked, sink))
                  .doOnError(observation::error)
                  .doFinally(signal -> observation.stop())
                  .contextWrite(
                      values -> values.put(ObservationThreadLocalAccessor.KEY, observation));
          return new MessageAggregator().aggregate(parts, context::setResponse);
        });
  }

  private void solve(Prompt asked, FluxSink<ChatResponse> sink) {
    FlowQuestion question = FlowQuestion.of(asked, flow, name());
    Problem problem = question.problem();
    Cancellation cancellation = new Cancellation();
    sink.onDispose(cancellation::cancel);
    SolveOptions solve =
        solveOptions()
            .listener(new FlowReply(sink, name()))
            .cancellation(cancellation)
            .streamEvery(streamEvery)
            .build();
    var unused =
        question
            .flow()
            .solveAsync(problem, solve)
            .whenComplete(
                (solution, failure) -> {
                  if (failure != null) {
                    sink.error(failure);
                  }
                });
  }

  /** A prompt without options is observed under the model's name too. */
  private Prompt named(Prompt prompt) {
    return prompt.getOptions() == null ? prompt.mutate().chatOptions(options).build() : prompt;
  }

  private String name() {
    return Objects.requireNonNull(options.getModel());
  }

  private SolveOptions.Builder solveOptions() {
    SolveOptions.Builder solve = SolveOptions.builder();
    timeout.ifPresent(solve::deadline);
    return solve;
  }

  private static ChatModelObservationContext context(Prompt prompt, boolean streaming) {
    return ChatModelObservationContext.builder()
        .prompt(prompt)
        .provider("flowdpo")
        .streaming(streaming)
        .build();
  }

  private Observation observation(ChatModelObservationContext context) {
    return ChatModelObservationDocumentation.CHAT_MODEL_OPERATION.observation(
        convention, CONVENTION, () -> context, registry);
  }

  /** Collects settings and checks each at once. Every setter returns this builder. */
  public static final class Builder {
    private final Flow flow;
    private String modelName = "flowdpo";
    private int streamEvery = 8;
    private Optional<Duration> timeout = Optional.empty();
    private ObservationRegistry registry = ObservationRegistry.NOOP;
    private @Nullable ChatModelObservationConvention convention;

    private Builder(Flow flow) {
      this.flow = Objects.requireNonNull(flow, "flow");
    }

    /**
     * Sets what replies and observations name the model; by default {@code flowdpo}.
     *
     * @throws InvalidInputException if it is blank
     */
    public Builder modelName(String name) {
      if (name.isBlank()) {
        throw new InvalidInputException("modelName: expected a name, found a blank one.");
      }
      this.modelName = name;
      return this;
    }

    /** Sets after how many tokens a stream has a part; 0 for one a chunk, by default 8. */
    public Builder streamEvery(int tokens) {
      this.streamEvery = Require.atLeast(0, "streamEvery", tokens);
      return this;
    }

    /** Sets how long a reply may take, waiting included; by default without limit. */
    public Builder timeout(Duration timeout) {
      this.timeout = Optional.of(Require.positive("timeout", timeout));
      return this;
    }

    /** Sets where calls are observed; by default nowhere. */
    public Builder observationRegistry(ObservationRegistry registry) {
      this.registry = Objects.requireNonNull(registry, "registry");
      return this;
    }

    /** Sets how observations are named; by default as Spring AI does. */
    public Builder observationConvention(ChatModelObservationConvention convention) {
      this.convention = Objects.requireNonNull(convention, "convention");
      return this;
    }

    /** {@return the model} */
    public FlowChatModel build() {
      return new FlowChatModel(this);
    }
  }
}
