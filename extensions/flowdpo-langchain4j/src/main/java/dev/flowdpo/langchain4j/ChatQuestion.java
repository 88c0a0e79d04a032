package dev.flowdpo.langchain4j;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A request as a problem, and the flow that answers it as the request wants. Immutable. */
record ChatQuestion(Problem problem, Flow flow) {

  static ChatQuestion of(ChatRequest request, ChatSettings settings) {
    refuseUnsupported(request.parameters(), settings.modelName());
    List<Message> messages = request.messages().stream().map(ChatQuestion::message).toList();
    try {
      Flow flow =
          settings
              .flow()
              .withOptions(
                  options -> {
                    change(options, request.parameters());
                    settings.seeds().ifPresent(seeds -> options.seed(seeds.getAsLong()));
                  });
      return new ChatQuestion(Problem.builder(messages).build(), flow);
    } catch (InvalidInputException e) {
      throw ChatFailure.of(e);
    }
  }

  static void refuseUnsupported(ChatRequestParameters parameters, String modelName) {
    List<String> refused = new ArrayList<>();
    Optional.ofNullable(parameters.modelName())
        .filter(name -> !name.equals(modelName))
        .ifPresent(name -> refused.add("modelName " + name + " beside " + modelName));
    if (parameters.frequencyPenalty() != null) {
      refused.add("frequencyPenalty");
    }
    if (parameters.presencePenalty() != null) {
      refused.add("presencePenalty");
    }
    if (parameters.stopSequences() != null && !parameters.stopSequences().isEmpty()) {
      refused.add("stopSequences");
    }
    if (parameters.toolSpecifications() != null && !parameters.toolSpecifications().isEmpty()) {
      refused.add("tools");
    }
    if (parameters.toolChoice() != null && parameters.toolChoice() != ToolChoice.AUTO) {
      refused.add("ToolChoice." + parameters.toolChoice());
    }
    if (parameters.responseFormat() != null
        && parameters.responseFormat().type() == ResponseFormatType.JSON) {
      refused.add("JSON response format");
    }
    if (!refused.isEmpty()) {
      throw unsupported(String.join(", ", refused));
    }
  }

  private static Message message(ChatMessage message) {
    if (message instanceof SystemMessage system) {
      return Message.system(system.text());
    }
    if (message instanceof UserMessage user) {
      return Message.user(
          String.join("\n", user.contents().stream().map(ChatQuestion::text).toList()));
    }
    if (message instanceof AiMessage earlier && !earlier.hasToolExecutionRequests()) {
      return Message.assistant(Optional.ofNullable(earlier.text()).orElse(""));
    }
    throw unsupported(
        message instanceof AiMessage
            ? "a message with tool calls"
            : "a message of type " + message.type());
  }

  private static String text(Content content) {
    if (content instanceof TextContent text) {
      return text.text();
    }
    throw unsupported(content.type().name().toLowerCase(Locale.ROOT) + " content");
  }

  private static UnsupportedFeatureException unsupported(String what) {
    return new UnsupportedFeatureException(
        what
            + ": not supported by a flow, which takes text messages, temperature, topP, topK and"
            + " maxOutputTokens.");
  }

  private static void change(FlowOptions.Builder options, ChatRequestParameters parameters) {
    options.sampling(sampling -> change(sampling, parameters));
    Optional.ofNullable(parameters.maxOutputTokens())
        .ifPresent(most -> limit(options, Require.atLeast(1, "maxOutputTokens", most)));
  }

  private static void change(SamplingOptions.Builder sampling, ChatRequestParameters parameters) {
    Optional.ofNullable(parameters.temperature()).ifPresent(sampling::temperature);
    Optional.ofNullable(parameters.topP()).ifPresent(sampling::topP);
    Optional.ofNullable(parameters.topK()).ifPresent(sampling::topK);
  }

  /** Takes as few chunks as hold so many tokens, all of one size. */
  private static void limit(FlowOptions.Builder options, int most) {
    FlowOptions now = options.build();
    long needed = ((long) most + now.chunkSize() - 1) / now.chunkSize();
    int chunks = (int) Math.min(now.maxChunks(), needed);
    options.maxChunks(chunks).chunkSize(Math.min(now.chunkSize(), most / chunks));
  }
}
