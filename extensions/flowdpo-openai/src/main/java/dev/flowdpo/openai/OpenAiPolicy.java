package dev.flowdpo.openai;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.ChunkWatcher;
import dev.flowdpo.policy.FlowPolicy;
import java.net.URI;
import java.util.List;

/**
 * Lets a model behind an OpenAI-compatible endpoint write.
 *
 * <pre>{@code
 * FlowPolicy policy =
 *     OpenAiPolicy.builder(URI.create("http://localhost:8000/v1"), model, Continuation.vllm())
 *         .apiKey(System.getenv("API_KEY"))
 *         .build();
 * Flow flow = Flow.builder().policy(policy).judge(StopRules.endOfText()).build();
 * }</pre>
 *
 * <p>A chunk is a request: {@code max_tokens} is its size, temperature, {@code top_p}, {@code
 * top_k} (where it is set) and a seed of 31 bits are those of the chunk's request, and it has its
 * text, the sum of its log-probabilities where they are asked for and given, and no tokens. It ends
 * the sequence where the endpoint's {@code finish_reason} is {@code stop}. How far a seed decides
 * the text is the endpoint's matter.
 *
 * <p>The rows of a batch are asked for at the same time, up to a bound that holds for all callers
 * together, who are served in their order. Where a flow streams text, replies are streamed; a flow
 * that gives a solve up ends its requests, and so do an interrupt and a failure of another row. A
 * request is sent again as {@link OpenAiPolicyBuilder#retries} says, unless text of it has been
 * shown; a wait that the endpoint asks for with {@code Retry-After} is kept to, or, where it goes
 * beyond the time limit, not begun. What fails is a {@link dev.flowdpo.error.FlowException}, and an
 * {@link dev.flowdpo.error.InvalidInputException} where the endpoint says that the context is too
 * long.
 *
 * <p>Redirects are not followed. The key, the values of headers and the user info of the address,
 * which is sent as basic authorisation where there is no key, stand in no message, log or {@link
 * #toString}. Thread-safe.
 */
public final class OpenAiPolicy implements FlowPolicy {
  private final Endpoint endpoint;
  private final RequestSlots slots;

  OpenAiPolicy(OpenAiSettings settings) {
    this.endpoint = new Endpoint(settings);
    this.slots = new RequestSlots(settings.maxConcurrent());
  }

  /**
   * Returns a builder.
   *
   * @param baseUrl the address before {@code /completions} or {@code /chat/completions}, mostly
   *     ending in {@code /v1}
   * @param model the name by which the endpoint knows the model
   * @param continuation how the endpoint goes on with a partial answer
   * @throws dev.flowdpo.error.InvalidInputException if it is no http or https address with a host,
   *     or if the name is blank
   */
  public static OpenAiPolicyBuilder builder(URI baseUrl, String model, Continuation continuation) {
    return new OpenAiPolicyBuilder(baseUrl, model, continuation);
  }

  @Override
  public List<Chunk> extend(List<ChunkRequest> requests) {
    return extend(requests, ChunkWatcher.NONE);
  }

  @Override
  public List<Chunk> extend(List<ChunkRequest> requests, ChunkWatcher watcher) {
    return new BatchCall(endpoint, slots, requests, watcher).run();
  }

  /** {@return model and address, without anything secret} */
  @Override
  public String toString() {
    return "OpenAiPolicy[" + endpoint + "]";
  }
}
