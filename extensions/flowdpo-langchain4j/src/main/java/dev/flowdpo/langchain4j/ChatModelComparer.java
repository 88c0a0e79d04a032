package dev.flowdpo.langchain4j;

import dev.flowdpo.comparison.ChatFunctionComparer;
import dev.flowdpo.comparison.Comparison;
import dev.flowdpo.comparison.TraceComparer;
import dev.flowdpo.comparison.TracePair;
import dev.flowdpo.value.Message;
import dev.langchain4j.model.chat.ChatModel;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Has a chat model of LangChain4j compare explanations, as a win rate of traces needs it. Such
 * models prefer a position: use {@link #orderSwapped()}.
 *
 * <pre>{@code
 * WinRate rate = WinRate.of(new ChatModelComparer(judgeModel).orderSwapped().compare(pairs));
 * }</pre>
 *
 * <p>A model that fails and a reply without a verdict give an undecided comparison with the reason.
 * Thread-safe, if the model is.
 */
public final class ChatModelComparer implements TraceComparer {
  private final ChatFunctionComparer comparer;

  /** Creates a comparer that asks this model, as {@link ChatFunctionComparer} does. */
  public ChatModelComparer(ChatModel model) {
    Objects.requireNonNull(model, "model");
    comparer = new ChatFunctionComparer(messages -> reply(model, messages));
  }

  private static String reply(ChatModel model, List<Message> messages) {
    return Optional.ofNullable(
            model.chat(ChatContinuation.conversation(messages)).aiMessage().text())
        .orElse("");
  }

  @Override
  public List<Comparison> compare(List<TracePair> pairs) {
    return comparer.compare(pairs);
  }
}
