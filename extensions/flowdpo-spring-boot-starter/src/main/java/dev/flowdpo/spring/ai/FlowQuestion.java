package dev.flowdpo.spring.ai;

import dev.flowdpo.Flow;
import dev.flowdpo.error.Require;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.util.CollectionUtils;

/** A prompt as a problem, and the flow that answers it as the prompt's options want. Immutable. */
record FlowQuestion(Problem problem, Flow flow) {

  static FlowQuestion of(Prompt prompt, Flow flow, String modelName) {
    ChatOptions options = prompt.getOptions();
    refuseUnsupported(options, modelName);
    List<Message> messages = prompt.getInstructions().stream().map(FlowQuestion::message).toList();
    Flow changed = options == null ? flow : flow.withOptions(values -> change(values, options));
    return new FlowQuestion(Problem.builder(messages).build(), changed);
  }

  private static void refuseUnsupported(@Nullable ChatOptions options, String modelName) {
    if (options == null) {
      return;
    }
    List<String> refused = new ArrayList<>();
    Optional.ofNullable(options.getModel())
        .filter(name -> !name.equals(modelName))
        .ifPresent(name -> refused.add("model " + name + " beside " + modelName));
    if (options.getFrequencyPenalty() != null) {
      refused.add("frequencyPenalty");
    }
    if (options.getPresencePenalty() != null) {
      refused.add("presencePenalty");
    }
    if (options.getStopSequences() != null && !options.getStopSequences().isEmpty()) {
      refused.add("stopSequences");
    }
    if (options instanceof ToolCallingChatOptions tools
        && !CollectionUtils.isEmpty(tools.getToolCallbacks())) {
      refused.add("tools");
    }
    if (!refused.isEmpty()) {
      throw unsupported(String.join(", ", refused));
    }
  }

  private static Message message(org.springframework.ai.chat.messages.Message message) {
    String text = Optional.ofNullable(message.getText()).orElse("");
    return switch (message.getMessageType()) {
      case SYSTEM -> Message.system(text);
      case USER -> {
        if (message instanceof UserMessage user && !user.getMedia().isEmpty()) {
          throw unsupported("media");
        }
        yield Message.user(text);
      }
      case ASSISTANT -> {
        if (message instanceof AssistantMessage reply && reply.hasToolCalls()) {
          throw unsupported("a message with tool calls");
        }
        yield Message.assistant(text);
      }
      case TOOL -> throw unsupported("a tool's message");
    };
  }

  private static UnsupportedOperationException unsupported(String what) {
    return new UnsupportedOperationException(
        what
            + ": not supported by a flow, which takes text messages, temperature, topP, topK and"
            + " maxTokens.");
  }

  private static void change(FlowOptions.Builder options, ChatOptions wanted) {
    options.sampling(
        sampling -> {
          Optional.ofNullable(wanted.getTemperature()).ifPresent(sampling::temperature);
          Optional.ofNullable(wanted.getTopP()).ifPresent(sampling::topP);
          Optional.ofNullable(wanted.getTopK()).ifPresent(sampling::topK);
        });
    Optional.ofNullable(wanted.getMaxTokens())
        .ifPresent(most -> limit(options, Require.atLeast(1, "maxTokens", most)));
  }

  /** Takes as few chunks as hold so many tokens, all of one size. */
  private static void limit(FlowOptions.Builder options, int most) {
    FlowOptions now = options.build();
    long needed = ((long) most + now.chunkSize() - 1) / now.chunkSize();
    int chunks = (int) Math.min(now.maxChunks(), needed);
    options.maxChunks(chunks).chunkSize(Math.min(now.chunkSize(), most / chunks));
  }
}
