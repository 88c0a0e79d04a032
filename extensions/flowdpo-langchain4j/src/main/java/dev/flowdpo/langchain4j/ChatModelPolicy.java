package dev.flowdpo.langchain4j;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.ChunkWatcher;
import dev.flowdpo.policy.FlowPolicy;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Lets a chat model of LangChain4j write: OpenAI's, Gemini's, Ollama's, any.
 *
 * <pre>{@code
 * FlowPolicy policy = ChatModelPolicy.builder(chatModel).build();
 * Flow flow = Flow.builder().policy(policy).judge(StopRules.endOfText()).build();
 * }</pre>
 *
 * <p>A chunk is a request: {@code maxOutputTokens} is its size, and temperature, {@code topP} and
 * {@code topK} (where it is set) are those of the chunk's request. It has its text and neither
 * tokens nor a log-probability, so that no engine learns from it: write preference pairs instead.
 * It ends the sequence unless the reply was cut off. LangChain4j has no seed in common: where the
 * model has one, set it by {@link ChatModelPolicyBuilder#parameters}; without, a seed does not
 * decide the text, and equal rows differ by the temperature alone.
 *
 * <p>The rows of a batch are asked for at the same time, up to a bound that holds for all callers
 * together. Where a flow streams text and there is a streaming model too, replies are streamed. A
 * flow that gives a solve up, an interrupt and a failure of another row end the requests, as far as
 * an interrupt or the streaming model's handle can. Retries and time limits are the model's own
 * settings. What fails is a {@link dev.flowdpo.error.FlowException} with the model's failure as its
 * cause. Thread-safe, if the models are.
 */
public final class ChatModelPolicy implements FlowPolicy {
  private final ChatModelPolicyBuilder.Settings settings;
  private final Semaphore slots;
  private final AtomicReference<TokenUsage> usage = new AtomicReference<>(new TokenUsage(0, 0, 0));

  ChatModelPolicy(ChatModelPolicyBuilder.Settings settings) {
    this.settings = settings;
    this.slots = new Semaphore(settings.maxConcurrent(), true);
  }

  /** {@return a builder of a policy by which this model writes} */
  public static ChatModelPolicyBuilder builder(ChatModel model) {
    return new ChatModelPolicyBuilder(model);
  }

  @Override
  public List<Chunk> extend(List<ChunkRequest> requests) {
    return extend(requests, ChunkWatcher.NONE);
  }

  @Override
  public List<Chunk> extend(List<ChunkRequest> requests, ChunkWatcher watcher) {
    return new ChatBatch(settings, slots, this::count, requests, watcher).run();
  }

  /** {@return the tokens of all replies so far, as the model tells them} */
  public TokenUsage tokenUsage() {
    return Objects.requireNonNull(usage.get());
  }

  private void count(TokenUsage more) {
    usage.accumulateAndGet(more, TokenUsage::sum);
  }

  /** {@return the model's class and how it goes on} */
  @Override
  public String toString() {
    return "ChatModelPolicy["
        + settings.model().getClass().getSimpleName()
        + ", "
        + settings.continuation()
        + "]";
  }
}
